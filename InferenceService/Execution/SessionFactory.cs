using InferenceService.Models;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace InferenceService.Execution;

/// <summary>Opens sessions of one file, all with the same options but for their threads.</summary>
internal sealed class SessionFactory(string path, ModelManifest manifest, int[]? itemShape, ExecutionProvider provider)
{
    /// <exception cref="InvalidDataException">The graph does not take or give what the manifest says.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime can't load the file.</exception>
    public LoadedSession Open(int intraOpThreads)
    {
        var loaded = Open(intraOpThreads, patterns: true);
        if (loaded.Signature.FixedShape is not null)
            return loaded;
        // A memory pattern is kept per shape for ever, and here callers choose the shapes.
        loaded.Dispose();
        return Open(intraOpThreads, patterns: false);
    }

    private LoadedSession Open(int intraOpThreads, bool patterns)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = intraOpThreads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = patterns,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, // its warnings are about how the graph was exported
            EnableCpuMemArena = true, // without it a closed session was seen to leave more behind
        };
        // Threads that spin while idle take the core from decoding and from the other models.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        // Numbers below 1e-38 are a hundred times slower than zero and mean the same.
        options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
        provider.AppendTo(options);
        var session = new InferenceSession(path, options);
        try
        {
            return new LoadedSession(session, ModelSignature.Read(session, manifest, itemShape), provider, intraOpThreads);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
