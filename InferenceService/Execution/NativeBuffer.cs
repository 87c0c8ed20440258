using System.Runtime.InteropServices;

namespace InferenceService.Execution;

/// <summary>
/// Memory that ONNX Runtime reads and writes in place. Not the garbage collector's: it never moves, and at unload it is
/// given back at once. Zeros at first, which every model can run on.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint Alignment = 64; // a cache line
    private readonly byte* start;
    private void* allocated;

    public NativeBuffer(long length)
    {
        allocated = NativeMemory.AllocZeroed((nuint)length + Alignment);
        start = (byte*)(((nuint)allocated + Alignment - 1) & ~(Alignment - 1));
        Length = length;
    }

    ~NativeBuffer() => Free();

    public long Length { get; }

    public nint Pointer => (nint)start;

    public Span<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(allocated is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        return new Span<byte>(start + offset, length);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(allocated);
        allocated = null;
    }
}
