using System.Text;

namespace Benchmarks.Load;

/// <summary>A request that is ready to send but for 16 digits in its middle, which make it unlike every other.</summary>
public sealed record Payload(byte[] Before, byte[] After, int BodyBytes)
{
    public const int StampLength = 16;
}

public static class Payloads
{
    private const string Boundary = "----suite-bench-7f3a9c51e0";
    private static long next = DateTimeOffset.UtcNow.ToUnixTimeSeconds() % 10_000_000_000 * 1_000_000; // unlike those of an earlier generator

    /// <summary>Writes the next number as exactly <see cref="Payload.StampLength"/> digits.</summary>
    public static void Stamp(Span<byte> digits)
    {
        var number = Interlocked.Increment(ref next);
        for (var i = digits.Length - 1; i >= 0; i--, number /= 10)
            digits[i] = (byte)('0' + number % 10);
    }

    public static Payload[] Of(LoadPlan plan) => plan switch
    {
        { Photos: { } folder } => [.. Directory.EnumerateFiles(folder, "*.jpg").Order(StringComparer.Ordinal).Select(file => Photo(plan, File.ReadAllBytes(file)))],
        { Json: { } json } => [Json(plan, json)],
        _ => throw new ArgumentException("A plan needs photos or a JSON body.", nameof(plan)),
    };

    /// <summary>The digits stand in a comment segment right after the start of the image: another file, the same work to decode.</summary>
    private static Payload Photo(LoadPlan plan, byte[] jpeg)
    {
        byte[] part = [.. Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n")];
        byte[] comment = [0xFF, 0xFE, 0, Payload.StampLength + 2];
        return Build(plan, $"multipart/form-data; boundary={Boundary}", [.. part, .. jpeg[..2], .. comment], [.. jpeg[2..], .. Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n")]);
    }

    private static Payload Json(LoadPlan plan, string json)
    {
        var mark = json.IndexOf(LoadPlan.StampMark, StringComparison.Ordinal);
        return Build(plan, "application/json", Encoding.UTF8.GetBytes(json[..mark]), Encoding.UTF8.GetBytes(json[(mark + LoadPlan.StampMark.Length)..]));
    }

    private static Payload Build(LoadPlan plan, string contentType, byte[] before, byte[] after)
    {
        var length = before.Length + Payload.StampLength + after.Length;
        var head = new StringBuilder($"POST {plan.Target.PathAndQuery} HTTP/1.1\r\nHost: {plan.Target.Authority}\r\nContent-Type: {contentType}\r\nContent-Length: {length}\r\n");
        foreach (var (name, value) in plan.Headers)
            head.Append($"{name}: {value}\r\n");
        return new Payload([.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. before], after, length);
    }
}
