using System.Buffers;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>The bytes of one uploaded file, in a pooled buffer that its <see cref="UploadBudget"/> knows of.</summary>
public sealed class UploadedImage(string field, string? fileName, byte[] rented, int length, UploadBudget budget) : IDisposable
{
    private byte[]? buffer = rented;

    /// <summary>One that could not even be read; its request goes on without it.</summary>
    public static UploadedImage Refused(string field, string? fileName, ProblemException problem, UploadBudget budget) =>
        new(field, fileName, [], 0, budget) { Problem = problem };

    /// <summary>Why there are no bytes; null when there are.</summary>
    public ProblemException? Problem { get; private init; }

    /// <summary>How errors name it: <c>file</c>, or <c>file[2]</c> among several.</summary>
    public string Field { get; set; } = field;

    public string? FileName { get; } = fileName;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is not { } returned)
            return;
        if (returned.Length == 0)
            return; // never rented
        ArrayPool<byte>.Shared.Return(returned);
        budget.Return(returned.Length);
    }
}

/// <summary>The images of one request, in their order; disposed together.</summary>
public sealed class UploadedImages : List<UploadedImage>, IDisposable
{
    public void Dispose() => ForEach(image => image.Dispose());
}
