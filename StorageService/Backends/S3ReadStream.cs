using Amazon.S3;
using Amazon.S3.Model;

namespace StorageService.Backends;

/// <summary>An object in a bucket as a seekable stream: the request goes out at the first read after a seek, from where the position is then.</summary>
internal sealed class S3ReadStream(AmazonS3Client client, string bucket, string key, long length) : ReadOnlyStream
{
    private GetObjectResponse? response;
    private long position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position { get => position; set => Seek(value, SeekOrigin.Begin); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= length)
            return 0;
        response ??= await client.GetObjectAsync(
            new GetObjectRequest { BucketName = bucket, Key = key, ByteRange = new ByteRange(position, length - 1) }, cancellationToken);
        var read = await response.ResponseStream.ReadAsync(buffer, cancellationToken);
        position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = Target(offset, origin, position, length);
        if (target != position)
        {
            response?.Dispose();
            response = null;
        }
        return position = target;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response?.Dispose();
        base.Dispose(disposing);
    }
}
