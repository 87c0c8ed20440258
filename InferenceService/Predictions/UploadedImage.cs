using System.Buffers;

namespace InferenceService.Predictions;

/// <summary>The bytes of one uploaded file, in a pooled buffer that its <see cref="UploadBudget"/> knows of.</summary>
public sealed class UploadedImage(string field, string? fileName, byte[] rented, int length, UploadBudget budget) : IDisposable
{
    private byte[]? buffer = rented;

    /// <summary>How errors name it: <c>file</c>, or <c>file[2]</c> among several.</summary>
    public string Field { get; set; } = field;

    public string? FileName { get; } = fileName;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is not { } returned)
            return;
        ArrayPool<byte>.Shared.Return(returned);
        budget.Return(returned.Length);
    }
}

/// <summary>The images of one request, in their order; disposed together.</summary>
public sealed class UploadedImages : List<UploadedImage>, IDisposable
{
    public void Dispose() => ForEach(image => image.Dispose());
}
