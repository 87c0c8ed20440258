using System.Text;
using Benchmarks.Load;
using NUnit.Framework;

namespace Unit.Benchmarks;

[TestFixture]
public sealed class ResponseReaderTests
{
    private const string WithLength = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunked = "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n";

    [Test]
    public void Answers_on_one_connection_are_told_apart([Values(1, 3, 10_000)] int bytesAtOnce)
    {
        var reader = Reader(WithLength + Chunked + "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n" + WithLength, bytesAtOnce);

        Assert.That(new[] { reader.Read(), reader.Read(), reader.Read(), reader.Read() }, Is.EqualTo(new[] { 200, 201, 503, 200 }));
    }

    [Test]
    public void A_body_may_be_larger_than_the_buffer()
    {
        var reader = Reader($"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n{new string('x', 200_000)}{WithLength}", 7000);

        Assert.That(new[] { reader.Read(), reader.Read() }, Is.EqualTo(new[] { 200, 200 }));
    }

    [Test]
    public void A_server_that_closes_says_so()
    {
        var reader = Reader("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 1000);

        Assert.That(reader.Read(), Is.EqualTo(413));
        Assert.That(reader.Closes, Is.True);
    }

    [Test]
    public void Half_an_answer_is_none([Values(10, 30, 42)] int bytes) =>
        Assert.That(() => Reader(WithLength[..bytes], 1000).Read(), Throws.InstanceOf<EndOfStreamException>());

    [Test]
    public void What_is_not_HTTP_is_refused() =>
        Assert.That(() => Reader("SSH-2.0-OpenSSH_9.2\r\n", 1000).Read(), Throws.InstanceOf<IOException>());

    private static ResponseReader Reader(string text, int bytesAtOnce) => new(new Trickle(Encoding.ASCII.GetBytes(text), bytesAtOnce));

    /// <summary>A connection that delivers a few bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atOnce));
    }
}
