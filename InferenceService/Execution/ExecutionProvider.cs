using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace InferenceService.Execution;

/// <summary>Where sessions run, and why there.</summary>
/// <param name="Name"><c>CPU</c> or <c>CUDA:0</c>.</param>
/// <param name="Reason">For the log.</param>
public sealed record ExecutionProvider(string Name, string Reason, CudaOptions? Cuda)
{
    public bool IsCpu => Cuda is null;

    /// <exception cref="InvalidOperationException">CUDA is demanded and can't be had; the message says why.</exception>
    public static ExecutionProvider Choose(ExecutionOptions options)
    {
        if (options.Provider == ProviderChoice.Cpu)
            return Cpu("Models:Execution:Provider says so");
        var obstacle = WhyNoCuda(options.Cuda);
        if (obstacle is null)
            return new ExecutionProvider($"CUDA:{options.Cuda.DeviceId}", "a CUDA device and its provider are there", options.Cuda);
        return options.Provider == ProviderChoice.Auto
            ? Cpu(obstacle)
            : throw new InvalidOperationException($"Models:Execution:Provider is cuda, which can't be had: {obstacle}. docs/gpu.md says what is needed.");
    }

    /// <summary>Null where CUDA can be used; else what is missing.</summary>
    public static string? WhyNoCuda(CudaOptions cuda)
    {
        if (!HasDevice())
            return "no CUDA device";
        if (!HasProviderLibrary())
            return $"{ProviderLibrary} is not beside ONNX Runtime";
        try
        {
            using var probe = new SessionOptions();
            Append(probe, cuda);
            return null;
        }
        catch (OnnxRuntimeException e)
        {
            return $"the CUDA provider can't be loaded: {e.Message}";
        }
    }

    internal void AppendTo(SessionOptions session)
    {
        if (Cuda is not null)
            Append(session, Cuda);
    }

    private static string ProviderLibrary => OperatingSystem.IsWindows() ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";

    private static ExecutionProvider Cpu(string reason) => new("CPU", reason, null);

    private static void Append(SessionOptions session, CudaOptions cuda)
    {
        using var options = new OrtCUDAProviderOptions();
        options.UpdateOptions(cuda.ToProviderOptions());
        session.AppendExecutionProvider_CUDA(options);
    }

    // A driver without a device (a container that was given none) answers neither question on Linux.
    private static bool HasDevice()
    {
        if (OperatingSystem.IsLinux())
            return Directory.EnumerateFiles("/dev", "nvidia*").Any(file => char.IsAsciiDigit(file[^1])) || File.Exists("/dev/dxg");
        if (!OperatingSystem.IsWindows() || !NativeLibrary.TryLoad("nvcuda.dll", out var driver))
            return false;
        NativeLibrary.Free(driver);
        return true;
    }

    private static bool HasProviderLibrary()
    {
        var folders = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Append(AppContext.BaseDirectory).Any(folder => File.Exists(Path.Combine(folder, ProviderLibrary)));
    }
}
