//! u² + v² = 1 + d·u²·v² with a non-square d: the form that the sets of
//! cofactor 4 have beside their Weierstrass equation (RFC 7836, section 5.2).
//!
//! Extended coordinates u = X/Z, v = Y/Z, T = XY/Z; the addition is complete
//! (Hisil et al., eprint 2008/522, section 3.1), so public and secret data
//! share it. With s = (1 − d)/4 and t = (1 + d)/6,
//! u = (x − t)/y and v = (x − t − s)/(x − t + s).

use core::marker::PhantomData;

use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroize;

use super::{Coordinates, Curve, ShortWeierstrass, Tables, WithTables, equal, invert_all};
use crate::field::{Field, SquareRoot};

/// A parameter set of cofactor 4.
pub trait TwistedEdwards: ShortWeierstrass<Base: SquareRoot> {
    const D: Self::Base;
    const S: Self::Base;
    const T: Self::Base;
    /// A square root of −d.
    const ROOT: Self::Base;
}

/// The group of a set of cofactor 4.
pub struct Edwards<P>(PhantomData<P>);

#[derive(Clone, Copy)]
pub struct Extended<F> {
    x: F,
    y: F,
    z: F,
    t: F,
}

/// With t already multiplied by d.
#[derive(Clone, Copy)]
pub struct CachedExtended<F> {
    x: F,
    y: F,
    z: F,
    dt: F,
}

#[derive(Clone, Copy)]
pub struct Affine<F> {
    u: F,
    v: F,
    /// d·u·v
    dt: F,
}

impl<F: Field> ConditionallySelectable for Affine<F> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            u: F::conditional_select(&a.u, &b.u, choice),
            v: F::conditional_select(&a.v, &b.v, choice),
            dt: F::conditional_select(&a.dt, &b.dt, choice),
        }
    }
}

impl<F: Field> ConditionallySelectable for Extended<F> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: F::conditional_select(&a.x, &b.x, choice),
            y: F::conditional_select(&a.y, &b.y, choice),
            z: F::conditional_select(&a.z, &b.z, choice),
            t: F::conditional_select(&a.t, &b.t, choice),
        }
    }
}

impl<F: Field> Zeroize for Extended<F> {
    fn zeroize(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
        self.z.zeroize();
        self.t.zeroize();
    }
}

/// The four factors that both addition and doubling end with.
#[inline(always)]
fn assemble<F: Field>(e: F, f: F, g: F, h: F, more: bool) -> Extended<F> {
    Extended {
        x: e * f,
        y: g * h,
        z: f * g,
        // T is needed by an addition only.
        t: if more { e * h } else { F::ZERO },
    }
}

#[inline(always)]
fn add_prepared<F: Field>(p: &Extended<F>, [x, y, dt]: [F; 3], zz: F, more: bool) -> Extended<F> {
    let xx = p.x * x;
    let yy = p.y * y;
    let c = p.t * dt;
    let e = (p.x + p.y) * (x + y) - xx - yy;
    assemble(e, zz - c, zz + c, yy - xx, more)
}

impl<P> Curve for Edwards<P>
where
    P: TwistedEdwards + WithTables<Self>,
{
    type Base = P::Base;
    type Scalar = P::Scalar;
    type Point = Extended<P::Base>;
    type Cached = CachedExtended<P::Base>;
    type Affine = Affine<P::Base>;
    type Sum = Extended<P::Base>;

    const IDENTITY: Self::Point = Extended {
        x: P::Base::ZERO,
        y: P::Base::ONE,
        z: P::Base::ONE,
        t: P::Base::ZERO,
    };

    /// Without the point (t, 0) of order 2, which the map has no image for.
    fn point(&Coordinates { x, y }: &Coordinates<P::Base>) -> Option<Self::Point> {
        if !P::holds(x, y) || y.is_zero_vartime() {
            return None;
        }
        let shifted = x - P::T;
        let (below, above) = (shifted - P::S, shifted + P::S);
        Some(Extended {
            x: shifted * above,
            y: below * y,
            z: y * above,
            t: shifted * below,
        })
    }

    fn generator() -> Self::Point {
        Self::point(&P::GENERATOR).unwrap_or(Self::IDENTITY)
    }

    /// Whether the point can be halved twice, as the group is cyclic of order
    /// 4q. Two descents by the isogeny of degree 2 with kernel (t, 0), on
    /// y² = x·(x² + 3t·x + s²), whose dual is Y² = X·(X² − 6t·X + d): a point
    /// is an image when its abscissa is a square (Silverman, The Arithmetic of
    /// Elliptic Curves, III.4.5 and X.4.9). All but squares divides out, so it
    /// takes three exponentiations and no point is computed.
    fn has_order_q(point: &Coordinates<P::Base>) -> bool {
        let x = point.x - P::T;
        let root = x.root();
        if !equal(root.square(), x) {
            return false;
        }
        // X·x of both preimages under the dual; one of the two is a square, as
        // their product is d·x². Its own preimages have the abscissas that
        // X − 3t − 2·sqrt(X·x) is twice of.
        let (xx, y_root) = (x.square(), point.y * root);
        let candidate = (P::T * x).triple() + (xx + y_root).double();
        let m = candidate.root();
        if m.is_zero_vartime() {
            return false;
        }
        let mm = m.square();
        if equal(mm, candidate) {
            (xx + y_root - m * x).is_square_vartime()
        } else {
            // m² = −X·x; the root for the other preimage is x·sqrt(−d)/m, and
            // m² times the abscissa is as square as the abscissa.
            (mm * (xx - y_root) - P::ROOT * xx * m).is_square_vartime()
        }
    }

    fn coordinates(point: &Self::Point) -> Option<Coordinates<P::Base>> {
        let affine = Self::sum_coordinates(point);
        let identity = equal(point.y, point.z);
        (!identity).then_some(affine)
    }

    fn has_x(point: &Self::Point, x: P::Base) -> bool {
        let denominator = point.z - point.y;
        !denominator.is_zero_vartime()
            && equal((x - P::T) * denominator, P::S * (point.z + point.y))
    }

    #[inline]
    fn double(point: &Self::Point, more: bool) -> Self::Point {
        let xx = point.x.square();
        let yy = point.y.square();
        let zz2 = point.z.square().double();
        let g = xx + yy;
        let e = (point.x + point.y).square() - g;
        assemble(e, g - zz2, g, xx - yy, more)
    }

    #[inline]
    fn add(point: &Self::Point, other: &Self::Cached, more: bool) -> Self::Point {
        let zz = point.z * other.z;
        add_prepared(point, [other.x, other.y, other.dt], zz, more)
    }

    #[inline]
    fn add_affine(point: &Self::Point, other: &Self::Affine, more: bool) -> Self::Point {
        add_prepared(point, [other.u, other.v, other.dt], point.z, more)
    }

    fn cache(point: &Self::Point) -> Self::Cached {
        CachedExtended {
            x: point.x,
            y: point.y,
            z: point.z,
            dt: P::D * point.t,
        }
    }

    #[inline]
    fn negate_cached(point: &Self::Cached) -> Self::Cached {
        CachedExtended {
            x: -point.x,
            dt: -point.dt,
            ..*point
        }
    }

    #[inline]
    fn negate_affine(point: &Self::Affine) -> Self::Affine {
        Affine {
            u: -point.u,
            v: point.v,
            dt: -point.dt,
        }
    }

    fn normalise(points: &[Self::Point]) -> Vec<Self::Affine> {
        let mut inverses: Vec<_> = points.iter().map(|point| point.z).collect();
        invert_all(&mut inverses);
        let divide = |(point, inverse): (&Self::Point, P::Base)| {
            let (u, v) = (point.x * inverse, point.y * inverse);
            Affine {
                u,
                v,
                dt: P::D * u * v,
            }
        };
        points.iter().zip(inverses).map(divide).collect()
    }

    const EMPTY_SUM: Self::Sum = Self::IDENTITY;

    #[inline]
    fn accumulate(sum: &Self::Sum, point: &Self::Affine) -> Self::Sum {
        Self::add_affine(sum, point, true)
    }

    /// x − t = s·(Z + Y)/(Z − Y), y = (x − t)·Z/X.
    fn sum_coordinates(sum: &Self::Sum) -> Coordinates<P::Base> {
        let denominator = sum.z - sum.y;
        let mut inverse = (denominator * sum.x).invert();
        let shifted = P::S * (sum.z + sum.y) * sum.x * inverse;
        let affine = Coordinates {
            x: shifted + P::T,
            y: shifted * sum.z * denominator * inverse,
        };
        inverse.zeroize();
        affine
    }

    fn tables() -> &'static Tables<Self> {
        <P as WithTables<Self>>::tables()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gost::sets::{Tc26Set256A, Tc26Set512C};

    /// RFC 7836, section 5.2: s, t from d; and a, b from s, t.
    fn constants_agree<P: TwistedEdwards>() {
        let one = P::Base::ONE;
        assert!(equal(P::S.double().double(), one - P::D));
        assert!(equal(P::T.triple().double(), one + P::D));
        assert!(equal(P::ROOT.square(), -P::D));
        assert!(!P::D.is_square_vartime());
        assert!(equal(
            P::A.times(one),
            P::S.square() - P::T.square().triple()
        ));
        let cube = P::T.square().double() - P::S.square();
        assert!(equal(P::B, P::T * cube));
    }

    #[test]
    fn constants_of_the_sets_agree() {
        constants_agree::<Tc26Set256A>();
        constants_agree::<Tc26Set512C>();
    }
}
