using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Imaging;

/// <summary>
/// Re-uses large byte arrays. ArrayPool.Shared keeps one array of each size per thread, which with pictures and a grown
/// thread pool is gigabytes; this keeps <see cref="MaxIdleBytes"/> at most, for all threads together.
/// </summary>
internal static class PixelPool
{
    internal const long MaxIdleBytes = 256L * 1024 * 1024;

    /// <summary>Bytes behind the pixels that may be read (never used), so that vector loads need no special case at the end.</summary>
    internal const int Slack = 64;

    private static readonly Stack<byte[]>[] Idle = [.. Enumerable.Range(0, 32).Select(_ => new Stack<byte[]>())];
    private static readonly Lock Gate = new();
    private static long _idleBytes;

    /// <returns>At least <paramref name="length"/> + <see cref="Slack"/> bytes with arbitrary content.</returns>
    internal static byte[] Rent(int length)
    {
        var (bucket, size) = Bucket(length + Slack);
        lock (Gate)
        {
            if (Idle[bucket].TryPop(out var array))
            {
                if (array.Length >= length + Slack)
                {
                    _idleBytes -= array.Length;
                    return array;
                }
                Idle[bucket].Push(array);
            }
        }
        return GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    /// <summary>Where a rented array's bytes are. Its arrays are pinned from birth, so native code may hold on to the address.</summary>
    internal static unsafe byte* Address(byte[] rented) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(rented));

    /// <summary>The same array where it is large enough, else a larger one in its place; the content is lost.</summary>
    internal static byte[] Grow(byte[]? rented, int length)
    {
        if (rented is not null && rented.Length >= length + Slack)
            return rented;
        Return(rented);
        return Rent(length);
    }

    internal static void Return(byte[]? array)
    {
        if (array is null)
            return;
        var (bucket, _) = Bucket(array.Length);
        lock (Gate)
        {
            if (_idleBytes + array.Length > MaxIdleBytes)
                return;
            _idleBytes += array.Length;
            Idle[bucket].Push(array);
        }
    }

    /// <summary>Sizes are powers of two, and above 16 MB multiples of 4 MB, where doubling would waste too much.</summary>
    private static (int Bucket, int Size) Bucket(int length)
    {
        const int large = 16 * 1024 * 1024;
        const int step = 4 * 1024 * 1024;
        var size = length <= large ? (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 4096)) : checked((length + step - 1) / step * step);
        return (BitOperations.Log2((uint)size), size);
    }
}
