using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>Bounds the memory that uploads hold in this process, whatever their callers promise in Content-Length.</summary>
public sealed class UploadBudget(IOptions<PredictionOptions> options)
{
    private long held;

    /// <exception cref="ProblemException">503: too much is held already.</exception>
    public void Take(int bytes)
    {
        if (Interlocked.Add(ref held, bytes) <= options.Value.MaxUploadBytesInFlight)
            return;
        Return(bytes);
        throw ProblemException.Unavailable("overloaded", "Uploads in progress hold as much memory as Predictions:MaxUploadBytesInFlight allows.", TimeSpan.FromSeconds(1));
    }

    public void Return(long bytes) => Interlocked.Add(ref held, -bytes);
}
