using Gateway.Requests;

namespace Gateway.Limits;

/// <summary>
/// A request's body that has to have come to its end in time, and that counts its bytes. The timer exists only once a read
/// had to wait: most bodies arrive with their headers.
/// </summary>
internal sealed class TimedBody : Stream
{
    private readonly HttpRequest request;
    private readonly Stream inner;
    private readonly System.IO.Pipelines.PipeReader reader;
    private readonly TimeSpan? limit;
    private readonly TimeProvider time;
    private readonly RequestEntry? entry;
    private ITimer? timer;
    private readonly Lock ending = new();
    private volatile bool isLate;
    private bool isOver;

    public TimedBody(HttpRequest request, TimeSpan? limit, TimeProvider time, RequestEntry? entry)
    {
        (this.request, this.limit, this.time, this.entry) = (request, limit, time, entry);
        inner = request.Body;
        reader = request.BodyReader; // the server's own, before this stands in its place
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
    {
        if (isLate)
            throw TooSlow();
        var read = inner.ReadAsync(buffer, cancellation);
        if (read.IsCompletedSuccessfully)
            return new ValueTask<int>(Count(read.Result));
        if (limit is { } allowed)
            timer ??= time.CreateTimer(static body => ((TimedBody)body!).Expire(), this, allowed, Timeout.InfiniteTimeSpan);
        return WaitAsync(read);
    }

    private async ValueTask<int> WaitAsync(ValueTask<int> read)
    {
        try
        {
            return Count(await read);
        }
        catch (OperationCanceledException) when (isLate)
        {
            throw TooSlow();
        }
    }

    private int Count(int bytes)
    {
        if (entry is not null)
            entry.BytesIn += bytes;
        return bytes;
    }

    private void Expire()
    {
        lock (ending)
        {
            if (isOver)
                return; // by now the reader may be the next request's
            isLate = true;
            reader.CancelPendingRead();
        }
    }

    private BadHttpRequestException TooSlow() =>
        new($"The body was not complete within {limit!.Value.TotalSeconds:0} s.", StatusCodes.Status408RequestTimeout);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) => ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    protected override void Dispose(bool disposing)
    {
        lock (ending)
            isOver = true;
        timer?.Dispose();
        request.Body = inner; // what the server does with the rest is its own affair
        base.Dispose(disposing);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
