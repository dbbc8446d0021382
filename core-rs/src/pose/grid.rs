//! A plane in the size that is wanted.

use crate::error::{Error, Result};
use crate::frame::Plane;
use fast_image_resize as fir;
use fir::images::TypedImage;
use fir::pixels::InnerPixel;
use std::marker::PhantomData;

/// How pixels between pixels are made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// The four neighbours of a point, whatever the scale: what OpenCV calls linear.
    Bilinear,
    /// All pixels that a new one covers.
    Area,
}

/// Samples at their final size: what the resizer wrote, or a plane of the frame itself, of which some are passed over.
#[derive(Debug, Clone, Copy)]
pub struct Grid<'a> {
    /// What they lie in.
    pub plane: Plane<'a>,
    /// The middle one of every so many rows is meant.
    pub rows: usize,
    /// Bytes from one sample to the next.
    pub group: usize,
    /// Of the sample within these bytes.
    pub offset: usize,
}

impl<'a> Grid<'a> {
    /// From the first byte of row `y`.
    pub fn row(&self, y: usize) -> &'a [u8] {
        let Plane { data, stride } = self.plane;
        let row = &data[(y * self.rows + self.rows / 2) * stride..];
        &row[..stride.min(row.len())]
    }
}

/// One plane in its final size; `scaled` is written to only where new samples lie between old ones.
pub fn resize<'a, P: fir::PixelTrait + InnerPixel<Component = u8>>(
    resizer: &mut fir::Resizer,
    plane: Plane<'a>,
    from: (u32, u32),
    scaled: &'a mut Vec<u8>,
    to: (u32, u32),
    filter: Filter,
) -> Result<Grid<'a>> {
    let algorithm = match filter {
        Filter::Bilinear => {
            if let (Some(columns), Some(rows)) = (odd_ratio(from.0, to.0), odd_ratio(from.1, to.1)) {
                let (group, offset) = (columns * size_of::<P>(), columns / 2 * size_of::<P>());
                return Ok(Grid { plane, rows, group, offset });
            }
            fir::ResizeAlg::Interpolation(fir::FilterType::Bilinear)
        }
        Filter::Area => fir::ResizeAlg::Convolution(fir::FilterType::Bilinear),
    };
    let failed = |got: String| Error::Frame { expected: format!("a picture that scales to {}×{}", to.0, to.1), got };
    let stride = to.0 as usize * size_of::<P>();
    scaled.resize(to.1 as usize * stride, 0);
    let rows = Rows::<P> { plane, width: from.0, height: from.1, pixel: PhantomData };
    let mut image = TypedImage::<P>::from_buffer(to.0, to.1, scaled).map_err(|error| failed(error.to_string()))?;
    let options = fir::ResizeOptions::new().resize_alg(algorithm);
    resizer.resize_typed(&rows, &mut image, &options).map_err(|error| failed(error.to_string()))?;
    Ok(Grid { plane: Plane { data: scaled, stride }, rows: 1, group: size_of::<P>(), offset: 0 })
}

/// `from / to` where that is an odd whole number: then each new pixel's centre is an old pixel's, and bilinear is that
/// pixel. 1080p to 640 columns needs no resizer.
fn odd_ratio(from: u32, to: u32) -> Option<usize> {
    (from.is_multiple_of(to) && (from / to) % 2 == 1).then_some((from / to) as usize)
}

/// A plane as the resizer reads it.
struct Rows<'a, P> {
    plane: Plane<'a>,
    width: u32,
    height: u32,
    pixel: PhantomData<P>,
}

// SAFETY: every row is cut to `width` pixels exactly (or the cut panics), as the trait demands.
unsafe impl<P: InnerPixel<Component = u8>> fir::ImageView for Rows<'_, P> {
    type Pixel = P;

    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn iter_rows(&self, start_row: u32) -> impl Iterator<Item = &[P]> {
        let bytes = self.width as usize * size_of::<P>();
        let data = self.plane.data.get(start_row as usize * self.plane.stride..).unwrap_or_default();
        let rows = data.chunks(self.plane.stride).take(self.height.saturating_sub(start_row) as usize);
        rows.map(move |row| {
            // SAFETY: a pixel of `u8` components is those bytes and nothing else: any bytes are pixels, at any address.
            let (before, pixels, after) = unsafe { row[..bytes].align_to::<P>() };
            debug_assert!(before.is_empty() && after.is_empty());
            pixels
        })
    }
}
