using System.Buffers;
using System.Runtime.InteropServices;

namespace InferenceService.Batching;

/// <summary>
/// One item's outputs, copied out of the batch. Whoever waits for the item disposes it, after the last look at the
/// outputs: the buffer goes back to the pool.
/// </summary>
/// <param name="rented">From the shared pool: every output, one after the other.</param>
public sealed class WorkResult(byte[] rented, OutputLayout layout, long startedAt, long finishedAt, int batchSize) : IDisposable
{
    private byte[]? buffer = rented;

    /// <summary>Stopwatch timestamp of the batch's start.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>Stopwatch timestamp of the batch's end.</summary>
    public long FinishedAt { get; } = finishedAt;

    /// <summary>Items that shared the run.</summary>
    public int BatchSize { get; } = batchSize;

    public OutputLayout Layout { get; } = layout;

    /// <summary>The bytes of output <paramref name="index"/>, little-endian, as ONNX Runtime lays them out.</summary>
    public ReadOnlySpan<byte> Output(int index)
    {
        ObjectDisposedException.ThrowIf(buffer is null, this);
        return buffer.AsSpan(Layout.Offsets[index], Layout.Lengths[index]);
    }

    /// <summary>Output <paramref name="index"/> of a model that gives <c>float32</c>.</summary>
    public ReadOnlySpan<float> Floats(int index = 0) => MemoryMarshal.Cast<byte, float>(Output(index));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } owned)
            ArrayPool<byte>.Shared.Return(owned);
    }
}

/// <summary>Where each output of an item lies in its result, and its shape without the batch axis.</summary>
public sealed class OutputLayout
{
    public OutputLayout(int[][] shapes, int[] lengths)
    {
        (Shapes, Lengths, Offsets) = (shapes, lengths, new int[lengths.Length]);
        for (var i = 1; i < lengths.Length; i++)
            Offsets[i] = Offsets[i - 1] + lengths[i - 1];
        Bytes = lengths.Sum();
    }

    public int[][] Shapes { get; }

    /// <summary>Bytes of each output.</summary>
    public int[] Lengths { get; }

    public int[] Offsets { get; }

    /// <summary>Of all outputs together.</summary>
    public int Bytes { get; }
}
