using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;

namespace StorageService.Backends;

/// <summary>
/// Content on its way into a bucket. What fits in one part waits in memory until it is committed; the rest goes up as a
/// multipart upload, of which nothing shows until it is completed.
/// </summary>
/// <param name="large">Of more than <see cref="SmallBytes"/> a few may be on their way at once.</param>
internal sealed class StagedUpload(AmazonS3Client client, S3Options options, string key, SemaphoreSlim large) : IStagedObject
{
    private const int SmallBytes = 1 << 20, FirstBytes = 128 * 1024;

    private readonly List<PartETag> parts = [];
    private byte[] part = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int length;
    private bool isLarge;
    private string? uploadId;
    private bool disposed;

    public async Task ReadAsync(Stream content, CancellationToken cancellation)
    {
        while (true)
        {
            if (length == options.PartBytes)
                await UploadPartAsync(cancellation);
            if (length == part.Length)
                await GrowAsync(cancellation);
            var room = Math.Min(part.Length, options.PartBytes) - length;
            var read = await content.ReadAsync(part.AsMemory(length, room), cancellation);
            if (read == 0)
                break;
            length += read;
        }
        if (uploadId is not null && length > 0)
            await UploadPartAsync(cancellation);
    }

    public async Task CommitAsync(CancellationToken cancellation)
    {
        if (parts.Count == 0) // again too: somebody may have removed it between two attempts
        {
            using var content = new MemoryStream(part, 0, length, writable: false);
            await client.PutObjectAsync(
                new PutObjectRequest { BucketName = options.Bucket, Key = key, InputStream = content, AutoCloseStream = false }, cancellation);
        }
        else if (uploadId is not null)
        {
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = uploadId, PartETags = parts }, cancellation);
            uploadId = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        ArrayPool<byte>.Shared.Return(part);
        if (isLarge)
            large.Release();
        // Should this fail too, the sweep finds the upload when its time is up.
        if (uploadId is not null)
            await client.AbortMultipartUploadAsync(options.Bucket, key, uploadId, CancellationToken.None);
    }

    private async Task GrowAsync(CancellationToken cancellation)
    {
        if (!isLarge && part.Length >= SmallBytes)
        {
            await large.WaitAsync(cancellation);
            isLarge = true;
        }
        var larger = ArrayPool<byte>.Shared.Rent(isLarge ? options.PartBytes : part.Length * 2);
        part.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(part);
        part = larger;
    }

    private async Task UploadPartAsync(CancellationToken cancellation)
    {
        uploadId ??= (await client.InitiateMultipartUploadAsync(options.Bucket, key, cancellation)).UploadId;
        using var content = new MemoryStream(part, 0, length, writable: false);
        var uploaded = await client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = uploadId,
            PartNumber = parts.Count + 1,
            PartSize = length,
            InputStream = content,
        }, cancellation);
        parts.Add(new PartETag(parts.Count + 1, uploaded.ETag));
        length = 0;
    }
}
