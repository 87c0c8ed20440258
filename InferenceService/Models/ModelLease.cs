namespace InferenceService.Models;

/// <summary>One request's hold on a version: it stays loaded, and its queue open, until this is disposed.</summary>
public sealed class ModelLease(ServedModel model) : IDisposable
{
    private int disposed;

    public ServedModel Model { get; } = model;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
            Model.Release();
    }
}
