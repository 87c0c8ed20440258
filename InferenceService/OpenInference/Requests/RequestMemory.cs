using System.Buffers;
using InferenceService.Predictions;

namespace InferenceService.OpenInference.Requests;

/// <summary>The buffers of one request: rented from the pool, counted against the budget of all uploads, given back together.</summary>
internal sealed class RequestMemory(UploadBudget budget) : IDisposable
{
    private readonly List<byte[]> held = [];

    /// <exception cref="ServiceDefaults.Problems.ProblemException">503: all requests together hold too much.</exception>
    public byte[] Rent(int bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            budget.Take(buffer.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
        held.Add(buffer);
        return buffer;
    }

    public void Return(byte[] buffer)
    {
        HandOver(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>From here on the buffer is somebody else's to return.</summary>
    public void HandOver(byte[] buffer)
    {
        held.Remove(buffer);
        budget.Return(buffer.Length);
    }

    public void Dispose()
    {
        foreach (var buffer in held)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            budget.Return(buffer.Length);
        }
        held.Clear();
    }
}
