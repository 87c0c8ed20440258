namespace InferenceService.Tasks.Intake;

/// <summary>A request's body up to its limit, whatever of it is kept: what is skipped took the line and the time as well.</summary>
internal sealed class CountedBody(Stream body, long maxBytes) : ReadOnlyStream
{
    private long read;

    /// <exception cref="ServiceDefaults.Problems.ProblemException">413</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        read += count;
        return read <= maxBytes ? count : throw SpoolFile.TooLarge(maxBytes);
    }
}
