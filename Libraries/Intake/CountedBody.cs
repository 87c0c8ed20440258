namespace Intake;

/// <summary>A request's body up to its limit, whatever of it is kept: what is skipped took the line and the time as well.</summary>
public sealed class CountedBody(Stream body, IntakeOptions limits) : ReadOnlyStream
{
    private long read;

    /// <exception cref="ServiceDefaults.Problems.ProblemException">413</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        read += count;
        return read <= limits.MaxInputBytes ? count : throw SpoolFile.TooLarge(limits);
    }
}
