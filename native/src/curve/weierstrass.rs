//! y² = x³ + a·x + b of prime order.
//!
//! Public data: Jacobian coordinates, x = X/Z², y = Y/Z³ (formulas of
//! the Explicit-Formulas Database: dbl-2001-b, dbl-2007-bl, add-1998-cmo-2).
//! Secret data: homogeneous coordinates, x = X/Z, y = Y/Z, and the complete
//! addition of Renes, Costello and Batina (eprint 2015/1060, section 3), which
//! has no exceptional pair of points on a curve of odd order.

use core::marker::PhantomData;

use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroize;

use super::{Coordinates, Curve, Tables, equal, invert_all};
use crate::field::Field;

/// The coefficient a. Most sets have −3, which saves multiplications.
pub enum Coefficient<F> {
    MinusThree,
    Other(F),
}

impl<F: Field> Coefficient<F> {
    #[inline(always)]
    pub fn times(&self, value: F) -> F {
        match self {
            Self::MinusThree => -value.triple(),
            Self::Other(a) => *a * value,
        }
    }
}

/// A parameter set.
pub trait ShortWeierstrass: Send + Sync + Sized + 'static {
    type Base: Field;
    type Scalar: Field;
    const A: Coefficient<Self::Base>;
    const B: Self::Base;
    const GENERATOR: Coordinates<Self::Base>;

    fn holds(x: Self::Base, y: Self::Base) -> bool {
        equal(y.square(), x.square() * x + Self::A.times(x) + Self::B)
    }
}

/// A set together with where its tables are kept.
pub trait WithTables<C: Curve> {
    fn tables() -> &'static Tables<C>;
}

/// The group of a set of cofactor 1.
pub struct Weierstrass<P>(PhantomData<P>);

#[derive(Clone, Copy)]
pub struct Jacobian<F> {
    x: F,
    y: F,
    z: F,
}

/// With the powers of z that every addition needs.
#[derive(Clone, Copy)]
pub struct CachedJacobian<F> {
    point: Jacobian<F>,
    zz: F,
    zzz: F,
}

#[derive(Clone, Copy)]
pub struct Affine<F> {
    x: F,
    y: F,
}

impl<F: Field> ConditionallySelectable for Affine<F> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: F::conditional_select(&a.x, &b.x, choice),
            y: F::conditional_select(&a.y, &b.y, choice),
        }
    }
}

#[derive(Clone, Copy)]
pub struct Homogeneous<F> {
    x: F,
    y: F,
    z: F,
}

impl<F: Field> ConditionallySelectable for Homogeneous<F> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: F::conditional_select(&a.x, &b.x, choice),
            y: F::conditional_select(&a.y, &b.y, choice),
            z: F::conditional_select(&a.z, &b.z, choice),
        }
    }
}

impl<F: Field> Zeroize for Homogeneous<F> {
    fn zeroize(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
        self.z.zeroize();
    }
}

impl<P: ShortWeierstrass + WithTables<Self>> Weierstrass<P> {
    /// The end of both additions: (x1, y1) and (x2, y2) brought to the common
    /// denominator z, h = x2 − x1.
    #[inline(always)]
    fn add_aligned(
        point: &Jacobian<P::Base>,
        [x1, y1]: [P::Base; 2],
        [x2, y2]: [P::Base; 2],
        z: P::Base,
    ) -> Jacobian<P::Base> {
        let h = x2 - x1;
        let r = y2 - y1;
        if h.is_zero_vartime() {
            return if r.is_zero_vartime() {
                Self::double(point, true)
            } else {
                Self::IDENTITY
            };
        }
        let hh = h.square();
        let hhh = hh * h;
        let v = x1 * hh;
        let x3 = r.square() - hhh - v.double();
        Jacobian {
            x: x3,
            y: r * (v - x3) - y1 * hhh,
            z: z * h,
        }
    }
}

impl<P> Curve for Weierstrass<P>
where
    P: ShortWeierstrass + WithTables<Self>,
{
    type Base = P::Base;
    type Scalar = P::Scalar;
    type Point = Jacobian<P::Base>;
    type Cached = CachedJacobian<P::Base>;
    type Affine = Affine<P::Base>;
    type Sum = Homogeneous<P::Base>;

    const IDENTITY: Self::Point = Jacobian {
        x: P::Base::ONE,
        y: P::Base::ONE,
        z: P::Base::ZERO,
    };

    fn point(&Coordinates { x, y }: &Coordinates<P::Base>) -> Option<Self::Point> {
        let z = P::Base::ONE;
        P::holds(x, y).then_some(Jacobian { x, y, z })
    }

    fn generator() -> Self::Point {
        let Coordinates { x, y } = P::GENERATOR;
        let z = P::Base::ONE;
        Jacobian { x, y, z }
    }

    /// The order of the curve is q, a prime: every point but the identity has it.
    fn has_order_q(_point: &Coordinates<P::Base>) -> bool {
        true
    }

    fn coordinates(point: &Self::Point) -> Option<Coordinates<P::Base>> {
        if point.z.is_zero_vartime() {
            return None;
        }
        let inverse = point.z.invert();
        let square = inverse.square();
        Some(Coordinates {
            x: point.x * square,
            y: point.y * square * inverse,
        })
    }

    fn has_x(point: &Self::Point, x: P::Base) -> bool {
        !point.z.is_zero_vartime() && equal(point.x, x * point.z.square())
    }

    #[inline]
    fn double(point: &Self::Point, _more: bool) -> Self::Point {
        let Jacobian { x, y, z } = *point;
        let zz = z.square();
        let slope = match P::A {
            Coefficient::MinusThree => ((x - zz) * (x + zz)).triple(),
            Coefficient::Other(a) => x.square().triple() + a * zz.square(),
        };
        let yy2 = y.square().double();
        let beta = x * yy2.double();
        let gamma = yy2.square().double();
        let x3 = slope.square() - beta.double();
        Jacobian {
            x: x3,
            y: slope * (beta - x3) - gamma,
            z: (y * z).double(),
        }
    }

    #[inline]
    fn add(point: &Self::Point, other: &Self::Cached, _more: bool) -> Self::Point {
        if point.z.is_zero_vartime() {
            return other.point;
        }
        let zz = point.z.square();
        Self::add_aligned(
            point,
            [point.x * other.zz, point.y * other.zzz],
            [other.point.x * zz, other.point.y * zz * point.z],
            point.z * other.point.z,
        )
    }

    #[inline]
    fn add_affine(point: &Self::Point, other: &Self::Affine, _more: bool) -> Self::Point {
        if point.z.is_zero_vartime() {
            let z = P::Base::ONE;
            return Jacobian {
                x: other.x,
                y: other.y,
                z,
            };
        }
        let zz = point.z.square();
        Self::add_aligned(
            point,
            [point.x, point.y],
            [other.x * zz, other.y * zz * point.z],
            point.z,
        )
    }

    fn cache(point: &Self::Point) -> Self::Cached {
        let zz = point.z.square();
        CachedJacobian {
            point: *point,
            zz,
            zzz: zz * point.z,
        }
    }

    #[inline]
    fn negate_cached(point: &Self::Cached) -> Self::Cached {
        let mut negative = *point;
        negative.point.y = -negative.point.y;
        negative
    }

    #[inline]
    fn negate_affine(point: &Self::Affine) -> Self::Affine {
        Affine {
            x: point.x,
            y: -point.y,
        }
    }

    fn normalise(points: &[Self::Point]) -> Vec<Self::Affine> {
        let mut inverses: Vec<_> = points.iter().map(|point| point.z).collect();
        invert_all(&mut inverses);
        let divide = |(point, inverse): (&Self::Point, P::Base)| {
            let square = inverse.square();
            Affine {
                x: point.x * square,
                y: point.y * square * inverse,
            }
        };
        points.iter().zip(inverses).map(divide).collect()
    }

    const EMPTY_SUM: Self::Sum = Homogeneous {
        x: P::Base::ZERO,
        y: P::Base::ONE,
        z: P::Base::ZERO,
    };

    /// eprint 2015/1060, section 3, with Z2 = 1.
    #[inline]
    fn accumulate(sum: &Self::Sum, point: &Self::Affine) -> Self::Sum {
        let a = P::A;
        let xx = sum.x * point.x;
        let yy = sum.y * point.y;
        let xy = (sum.x + sum.y) * (point.x + point.y) - xx - yy;
        let xz = point.x * sum.z + sum.x;
        let yz = point.y * sum.z + sum.y;
        let a_z = a.times(sum.z);
        let u = xx.triple() + a_z;
        let v = a.times(xx - a_z) + (P::B * xz).triple();
        let w = a.times(xz) + (P::B * sum.z).triple();
        Homogeneous {
            x: xy * (yy - w) - yz * v,
            y: u * v + (yy + w) * (yy - w),
            z: yz * (yy + w) + xy * u,
        }
    }

    fn sum_coordinates(sum: &Self::Sum) -> Coordinates<P::Base> {
        let mut inverse = sum.z.invert();
        let affine = Coordinates {
            x: sum.x * inverse,
            y: sum.y * inverse,
        };
        inverse.zeroize();
        affine
    }

    fn tables() -> &'static Tables<Self> {
        <P as WithTables<Self>>::tables()
    }
}
