using System.Buffers;

namespace InferenceService.Predictions;

/// <summary>The bytes of one uploaded file, in a pooled buffer.</summary>
public sealed class UploadedImage(string field, string? fileName, byte[] rented, int length) : IDisposable
{
    private byte[]? buffer = rented;

    /// <summary>How errors name it: <c>file</c>, or <c>file[2]</c> among several.</summary>
    public string Field { get; set; } = field;

    public string? FileName { get; } = fileName;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } returned)
            ArrayPool<byte>.Shared.Return(returned);
    }
}
