using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Requests;

/// <summary>An answer's body on its way out, with its bytes counted. Whoever asks for the stream or the writer gets one around the server's own.</summary>
internal sealed class CountedAnswer(IHttpResponseBodyFeature inner, RequestEntry entry) : IHttpResponseBodyFeature
{
    private CountingStream? stream;
    private CountingWriter? writer;

    public Stream Stream => stream ??= new CountingStream(inner.Stream, entry);

    public PipeWriter Writer => writer ??= new CountingWriter(inner.Writer, entry);

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellation = default) => inner.StartAsync(cancellation);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellation = default)
    {
        entry.BytesOut += count ?? new FileInfo(path).Length - offset;
        return inner.SendFileAsync(path, offset, count, cancellation);
    }

    public Task CompleteAsync() => inner.CompleteAsync();

    private sealed class CountingWriter(PipeWriter inner, RequestEntry entry) : PipeWriter
    {
        public override void Advance(int bytes)
        {
            entry.BytesOut += bytes;
            inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellation = default) => inner.FlushAsync(cancellation);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation = default)
        {
            entry.BytesOut += source.Length;
            return inner.WriteAsync(source, cancellation);
        }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }

    private sealed class CountingStream(Stream inner, RequestEntry entry) : Stream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation = default)
        {
            entry.BytesOut += buffer.Length;
            return inner.WriteAsync(buffer, cancellation);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) => WriteAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

        public override void Write(byte[] buffer, int offset, int count)
        {
            entry.BytesOut += count;
            inner.Write(buffer, offset, count);
        }

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellation) => inner.FlushAsync(cancellation);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
