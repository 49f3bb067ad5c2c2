//! How a parameter set is written down.

/// Declares a set as a type: the field, the order, the equation and the
/// generator as the standard prints them, and the place of its tables.
macro_rules! parameter_set {
    (
        $(#[$doc:meta])*
        $name:ident: $form:ident, $limbs:literal limbs,
        base $base:ty,
        order $order:literal,
        a $a:tt,
        b $b:literal,
        x $x:literal,
        y $y:literal $(,)?
    ) => {
        $(#[$doc])*
        pub struct $name;

        impl $crate::field::Modulus<$limbs> for $name {
            const MODULUS: [u64; $limbs] = $crate::field::hex($order);
        }

        impl $crate::curve::ShortWeierstrass for $name {
            type Base = $base;
            type Scalar = $crate::field::Montgomery<$name, $limbs>;
            const A: $crate::curve::Coefficient<Self::Base> =
                $crate::curve::parameter_set!(@coefficient $base, $a);
            const B: Self::Base = <$base>::constant($crate::field::hex($b));
            const GENERATOR: $crate::curve::Coordinates<Self::Base> =
                $crate::curve::Coordinates {
                    x: <$base>::constant($crate::field::hex($x)),
                    y: <$base>::constant($crate::field::hex($y)),
                };
        }

        impl $crate::curve::WithTables<$crate::curve::$form<$name>> for $name {
            fn tables() -> &'static $crate::curve::Tables<$crate::curve::$form<$name>> {
                static TABLES: std::sync::OnceLock<
                    $crate::curve::Tables<$crate::curve::$form<$name>>,
                > = std::sync::OnceLock::new();
                TABLES.get_or_init($crate::curve::Tables::compute)
            }
        }
    };
    (@coefficient $base:ty, (-3)) => { $crate::curve::Coefficient::MinusThree };
    (@coefficient $base:ty, $a:literal) => {
        $crate::curve::Coefficient::Other(<$base>::constant($crate::field::hex($a)))
    };
}

pub(crate) use parameter_set;
