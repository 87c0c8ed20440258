using System.IO.Compression;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>A request's body in memory, unpacked when it came as gzip or deflate. What it unpacks to is limited, not only what came.</summary>
internal static class RequestBody
{
    private const int FirstBuffer = 1 << 20;

    /// <exception cref="ProblemException">400: it can't be unpacked. 413: it is too large. 415: unknown encoding. 503: no memory for it now.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest http, RequestMemory memory, int limit, CancellationToken cancellation)
    {
        var packed = http.Headers.ContentEncoding.ToString();
        await using var body = Unpack(http.Body, packed);
        // What a caller promises is worth no memory before it comes, but for a small start.
        var promised = packed.Length == 0 ? http.ContentLength : null;
        var buffer = memory.Rent((int)Math.Min(promised + 1 ?? FirstBuffer, FirstBuffer));
        var length = 0;
        try
        {
            int read;
            // The deadline is looked at between reads: to cancel one would break the connection, which the gateway uses again.
            while ((read = await body.ReadAsync(buffer.AsMemory(length), http.HttpContext.RequestAborted)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                length += read;
                if (length > limit)
                    throw ProblemException.TooLarge("body", $"The body may have at most {limit} bytes{(packed.Length > 0 ? " when unpacked" : "")}.");
                if (length == buffer.Length)
                    buffer = Grow(buffer, memory);
            }
            return buffer.AsMemory(0, length);
        }
        catch (InvalidDataException)
        {
            throw ProblemException.Invalid("Content-Encoding", $"The body is not valid {packed}.");
        }
    }

    private static byte[] Grow(byte[] buffer, RequestMemory memory)
    {
        var larger = memory.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        memory.Return(buffer);
        return larger;
    }

    private static Stream Unpack(Stream body, string encoding) => encoding.ToLowerInvariant() switch
    {
        "" or "identity" => body,
        "gzip" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
        _ => throw ProblemException.UnsupportedType("Content-Encoding", "The body may be packed as gzip or deflate."),
    };
}
