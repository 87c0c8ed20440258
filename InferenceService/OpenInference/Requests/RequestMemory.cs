using System.Buffers;
using InferenceService.Predictions;

namespace InferenceService.OpenInference.Requests;

/// <summary>The buffers of one request: rented from the pool, counted against the budget of all uploads, given back together.</summary>
internal sealed class RequestMemory(UploadBudget budget) : IDisposable
{
    private readonly HashSet<byte[]> held = [];
    private long handedOver;

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
        held.Remove(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
        budget.Return(buffer.Length);
    }

    /// <summary>From here on the buffer is somebody else's to return. It still counts until the request ends: what waits in a queue is memory too.</summary>
    public void HandOver(byte[] buffer)
    {
        held.Remove(buffer);
        handedOver += buffer.Length;
    }

    /// <summary>Gives back what was not handed over; nothing that was read from it may be looked at any more.</summary>
    public void ReturnHeld()
    {
        foreach (var buffer in held)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            budget.Return(buffer.Length);
        }
        held.Clear();
    }

    public void Dispose()
    {
        ReturnHeld();
        budget.Return(handedOver);
        handedOver = 0;
    }
}
