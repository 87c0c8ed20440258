using System.Buffers.Binary;
using System.Buffers.Text;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;

namespace AuthService.Requests;

/// <summary>The place of a row in the log: its time, and its id among equals.</summary>
public sealed record RequestCursor(DateTimeOffset Time, Guid Id)
{
    private const int Length = 24;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Time.UtcTicks);
        Id.TryWriteBytes(bytes[8..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ProblemException">400: not a cursor of ours.</exception>
    public static RequestCursor Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(text, out var length) || length != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _)
            || BinaryPrimitives.ReadInt64BigEndian(bytes) is var ticks && (ticks < 0 || ticks > DateTime.MaxValue.Ticks))
            throw Pages.BadCursor();
        return new RequestCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[8..]));
    }
}
