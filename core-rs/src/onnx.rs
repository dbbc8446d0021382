//! The only file that names the inference library: ONNX Runtime, loaded from the Python wheel's shared library.

use crate::error::{Error, Result};
use ort::environment::{Environment, GlobalThreadPoolOptions};
use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::logging::LogLevel;
use ort::session::{Session, builder::SessionBuilder};
use ort::value::{TensorElementType, TensorRef};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// The first of TensorRT, CUDA and CPU that takes the model. OpenVINO must be asked for: where a processor has no
    /// matrix unit (AMX), the library's own kernels were two to three times faster.
    #[default]
    Auto,
    /// The processor, by ONNX Runtime's own kernels.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// An NVIDIA GPU, by engines compiled for it, which are kept in [`Options::cache`]. Minutes the first time.
    TensorRt,
    /// An Intel processor, by OpenVINO's kernels.
    OpenVino,
}

impl Device {
    const ALL: [Self; 5] = [Self::Auto, Self::TensorRt, Self::Cuda, Self::OpenVino, Self::Cpu];
    /// What [`Self::Auto`] would rather have than a processor.
    const BETTER: [Self; 2] = [Self::TensorRt, Self::Cuda];

    /// The name that users write.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::TensorRt => "tensorrt",
            Self::OpenVino => "openvino",
        }
    }

    /// Whether the loaded library was built for it; says nothing about drivers and hardware.
    fn is_compiled_in(self) -> bool {
        match self {
            Self::Auto | Self::Cpu => true,
            Self::Cuda => ep::CUDA::is_available().unwrap_or(false),
            Self::TensorRt => ep::TensorRT::is_available().unwrap_or(false),
            Self::OpenVino => ep::OpenVINO::is_available().unwrap_or(false),
        }
    }
}

impl std::str::FromStr for Device {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|device| device.name() == name).ok_or_else(|| Error::Device {
            device: name.to_owned(),
            reason: "expected auto, cpu, cuda, tensorrt or openvino".to_owned(),
        })
    }
}

/// How to run a model.
#[derive(Debug, Clone)]
pub struct Options {
    /// `libonnxruntime.so…` of the installed wheel; the first one wins for the life of the process.
    pub library: PathBuf,
    /// Where.
    pub device: Device,
    /// Threads of the one pool that all models of the process share; 0 leaves it to the library: one a core.
    pub threads: usize,
    /// Where TensorRT keeps its engines; `None` compiles them at every start.
    pub cache: Option<PathBuf>,
}

/// The library as this process loaded it; there is no unloading.
struct Runtime {
    environment: Environment,
    library: PathBuf,
    threads: usize,
}

static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// The process's environment, made by the first who asks. All sessions share its pool.
fn environment(options: &Options) -> Result<Environment> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    let failed = |reason: String| Error::Runtime { library: options.library.display().to_string(), reason };
    if let Some(runtime) = &*runtime {
        if runtime.library != options.library {
            return Err(failed(format!("this process already runs `{}`", runtime.library.display())));
        }
        if options.threads != 0 && options.threads != runtime.threads {
            let reason = format!("its pool already has {} threads, asked for {}", runtime.threads, options.threads);
            return Err(failed(reason));
        }
        return Ok(runtime.environment.clone());
    }
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    };
    let environment = ort::init_from(&options.library)
        .map_err(|error| failed(why_not_loaded(&error)))?
        .with_name("gymbox")
        .with_telemetry(false)
        .with_global_thread_pool(thread_pool(threads).map_err(|error| failed(error.to_string()))?)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    environment.set_log_level(LogLevel::Error);
    *runtime = Some(Runtime { environment: environment.clone(), library: options.library.clone(), threads });
    Ok(environment)
}

/// What the system's loader says is more than what the error that wraps it says.
fn why_not_loaded(error: &ort::LoadDynamicError) -> String {
    match error {
        ort::LoadDynamicError::Dlopen { error: loader, .. } => match std::error::Error::source(loader) {
            Some(source) => source.to_string(),
            None => loader.to_string(),
        },
        _ => error.to_string(),
    }
}

/// One pool for all sessions. Its idle threads sleep: spinning wins 1.4 ms of 10 on an idle machine, but on a busy one it
/// doubles both the processor time and the latency of a frame (measured, two threads, 256 pixels), and starves decoders.
fn thread_pool(threads: usize) -> ort::Result<GlobalThreadPoolOptions> {
    GlobalThreadPoolOptions::default().with_intra_threads(threads)?.with_inter_threads(1)?.with_spin_control(false)
}

/// What goes into a model, row-major.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// 32-bit floats.
    Float(&'a [f32]),
    /// 32-bit integers.
    Int(&'a [i32]),
}

/// The type of a model's numbers, as far as the models here use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// 32-bit float.
    Float,
    /// 32-bit integer.
    Int,
    /// Anything else.
    Other,
}

/// A tensor as the model declares it; a dimension that it leaves open is -1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The type.
    pub element: Element,
    /// The dimensions.
    pub shape: Vec<i64>,
}

/// A loaded model with one input and one output.
#[derive(Debug)]
pub struct Model {
    session: Session,
    path: String,
    device: Device,
    passed_over: Vec<String>,
    input: Declared,
    output: Declared,
}

impl Model {
    /// Loads the model at `path` and puts it on the device.
    ///
    /// # Errors
    /// [`Error::Runtime`] where the library does not load, [`Error::Device`] where the device asked for cannot be used,
    /// [`Error::Model`] where the file is no ONNX model with one input and one output.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let environment = environment(options)?;
        // On the CPU first: what fails there is the model's fault, what fails elsewhere the device's.
        let plain = commit(&environment, Device::Cpu, path, options).map_err(|error| refused(path, error))?;
        let (session, device, passed_over) = match options.device {
            Device::Cpu => (plain, Device::Cpu, Vec::new()),
            Device::Auto => {
                let mut passed_over = Vec::new();
                let better = Device::BETTER.into_iter().find_map(|device| {
                    match on_device(&environment, device, path, options) {
                        Ok(session) => Some((session, device)),
                        Err(error) => {
                            passed_over.push(error.to_string());
                            None
                        }
                    }
                });
                let (session, device) = better.unwrap_or((plain, Device::Cpu));
                (session, device, passed_over)
            }
            device => (on_device(&environment, device, path, options)?, device, Vec::new()),
        };
        let (inputs, outputs) = (session.inputs(), session.outputs());
        let (Some(input), Some(output), 1, 1) = (inputs.first(), outputs.first(), inputs.len(), outputs.len()) else {
            return Err(Error::Model {
                model: path.display().to_string(),
                expected: "one input and one output".to_owned(),
                got: format!("{} and {}", inputs.len(), outputs.len()),
            });
        };
        let (input, output) = (declared(input.dtype()), declared(output.dtype()));
        Ok(Self { session, path: path.display().to_string(), device, passed_over, input, output })
    }

    /// The file, for messages.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where it runs; never [`Device::Auto`].
    #[must_use]
    pub fn device(&self) -> Device {
        self.device
    }

    /// Why [`Device::Auto`] did not take each of the better devices.
    #[must_use]
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    /// What it wants.
    #[must_use]
    pub fn input(&self) -> &Declared {
        &self.input
    }

    /// What it gives.
    #[must_use]
    pub fn output(&self) -> &Declared {
        &self.output
    }

    /// Runs it once and hands its output, shape and row-major floats, to `read`.
    ///
    /// # Errors
    /// [`Error::Inference`] with what the library said.
    pub fn run<T>(&mut self, input: Input, shape: [usize; 4], read: impl FnOnce(&[i64], &[f32]) -> T) -> Result<T> {
        let path = &self.path;
        let failed = |error: ort::Error| Error::Inference { model: path.clone(), reason: error.to_string() };
        let outputs = match input {
            Input::Float(data) => {
                let tensor = TensorRef::from_array_view((shape, data)).map_err(failed)?;
                self.session.run(ort::inputs![tensor])
            }
            Input::Int(data) => {
                let tensor = TensorRef::from_array_view((shape, data)).map_err(failed)?;
                self.session.run(ort::inputs![tensor])
            }
        };
        let outputs = outputs.map_err(failed)?;
        let (shape, data) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        Ok(read(shape, data))
    }
}

/// A session on a device that may refuse it.
fn on_device(environment: &Environment, device: Device, path: &Path, options: &Options) -> Result<Session> {
    let missing = |reason: String| Error::Device { device: device.name().to_owned(), reason };
    if !device.is_compiled_in() {
        return Err(missing(format!("`{}` was built without it", options.library.display())));
    }
    commit(environment, device, path, options).map_err(|error| missing(error.to_string()))
}

fn commit(environment: &Environment, device: Device, path: &Path, options: &Options) -> ort::Result<Session> {
    let builder = Session::builder(environment)?;
    let mut builder: SessionBuilder = builder.with_execution_providers(providers(device, options))?;
    builder.commit_from_file(path)
}

/// What is registered for a device, in the order in which the library asks them for each node.
///
/// TensorRT and CUDA are written after the library's documentation and have not run on a GPU yet.
fn providers(device: Device, options: &Options) -> Vec<ExecutionProviderDispatch> {
    let cuda = || ep::CUDA::default().build().error_on_failure();
    match device {
        Device::Auto | Device::Cpu => Vec::new(),
        Device::Cuda => vec![cuda()],
        Device::TensorRt => {
            let mut tensorrt = ep::TensorRT::default().with_fp16(true);
            if let Some(cache) = &options.cache {
                tensorrt = tensorrt
                    .with_engine_cache(true)
                    .with_engine_cache_path(cache.display())
                    .with_timing_cache(true)
                    .with_timing_cache_path(cache.display());
            }
            vec![tensorrt.build().error_on_failure(), cuda()]
        }
        Device::OpenVino => {
            let mut openvino = ep::OpenVINO::default().with_device_type("CPU");
            if options.threads != 0 {
                openvino = openvino.with_num_threads(options.threads);
            }
            vec![openvino.build().error_on_failure()]
        }
    }
}

fn declared(kind: &ort::value::ValueType) -> Declared {
    let element = match kind.tensor_type() {
        Some(TensorElementType::Float32) => Element::Float,
        Some(TensorElementType::Int32) => Element::Int,
        _ => Element::Other,
    };
    Declared { element, shape: kind.tensor_shape().map(|shape| shape.to_vec()).unwrap_or_default() }
}

fn refused(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::Model {
        model: path.display().to_string(),
        expected: "a whole ONNX model".to_owned(),
        got: error.to_string(),
    }
}
