//! Loops over pixels, compiled for the vector instructions that the processor turns out to have.

/// A function that is compiled twice and runs as AVX2 where there is AVX2; the numbers that come out are the same.
///
/// Wheels are compiled for every x86-64 processor, so without this the compiler must do with vectors half as long and
/// without shuffles.
macro_rules! wide {
    ($(#[$about:meta])* $visible:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $body:block) => {
        $(#[$about])*
        $visible fn $name($($argument: $kind),*) {
            #[inline(always)] // a call would leave the instructions behind
            fn plain($($argument: $kind),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($argument: $kind),*) {
                    plain($($argument),*);
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has what the function is compiled for.
                    return unsafe { avx2($($argument),*) };
                }
            }
            plain($($argument),*);
        }
    };
}

pub(super) use wide;
