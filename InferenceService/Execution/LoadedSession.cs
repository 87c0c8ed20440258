using Microsoft.ML.OnnxRuntime;

namespace InferenceService.Execution;

/// <summary>
/// One ONNX Runtime session, its weights in memory once, shared by the slots that run it: <c>Run</c> is thread-safe.
/// Closed when its owner and the last slot have let go, in whatever order: a binding must not outlive its session.
/// </summary>
internal sealed class LoadedSession(InferenceSession session, ModelSignature signature, ExecutionProvider provider, int intraOpThreads) : IDisposable
{
    private int holders = 1;

    public InferenceSession Session { get; } = session;

    public RunOptions RunOptions { get; } = new();

    public ModelSignature Signature { get; } = signature;

    public ExecutionProvider Provider { get; } = provider;

    public int IntraOpThreads { get; } = intraOpThreads;

    public string[] InputNames { get; } = [.. signature.Inputs.Select(input => input.Name)];

    public string[] OutputNames { get; } = [.. signature.Outputs.Select(output => output.Name)];

    public long[] Shape(ReadOnlySpan<int> itemShape, int count)
    {
        var axis = Signature.HasBatchAxis ? 1 : 0;
        var shape = new long[itemShape.Length + axis];
        if (axis == 1)
            shape[0] = count;
        for (var i = 0; i < itemShape.Length; i++)
            shape[i + axis] = itemShape[i];
        return shape;
    }

    public void Hold()
    {
        if (Interlocked.Increment(ref holders) <= 1)
            throw new ObjectDisposedException(nameof(LoadedSession));
    }

    /// <summary>One holder lets go.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref holders) != 0)
            return;
        Session.Dispose();
        RunOptions.Dispose();
        NativeHeap.Trim();
    }
}
