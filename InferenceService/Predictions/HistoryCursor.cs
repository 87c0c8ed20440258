using System.Buffers.Binary;
using System.Buffers.Text;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>The place of a row in a sorted list: its sort value, and its id among equals.</summary>
public sealed record HistoryCursor(Guid Id, double Value)
{
    private const int Length = 24;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Id.TryWriteBytes(bytes);
        BinaryPrimitives.WriteDoubleBigEndian(bytes[16..], Value);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ProblemException">400: not a cursor of ours.</exception>
    public static HistoryCursor Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(text, out var length) || length != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _))
            throw Pages.BadCursor();
        return new HistoryCursor(new Guid(bytes[..16]), BinaryPrimitives.ReadDoubleBigEndian(bytes[16..]));
    }
}
