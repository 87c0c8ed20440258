using Amazon.S3;
using Amazon.S3.Model;

namespace StorageService.Backends;

/// <summary>
/// Content on its way into a bucket. What fits in one part waits in memory until it is committed; the rest goes up as a
/// multipart upload, of which nothing shows until it is completed.
/// </summary>
internal sealed class StagedUpload : IStagedObject
{
    /// <summary>S3's smallest part is 5 MiB and it takes 10,000 of them: objects up to 80 GiB.</summary>
    public const int PartBytes = 8 * 1024 * 1024;

    private readonly AmazonS3Client client;
    private readonly string bucket;
    private readonly string key;
    private readonly MemoryStream part = new();
    private readonly List<PartETag> parts = [];
    private string? uploadId;
    private bool committed;

    private StagedUpload(AmazonS3Client client, string bucket, string key) => (this.client, this.bucket, this.key) = (client, bucket, key);

    public static async Task<StagedUpload> ReadAsync(AmazonS3Client client, string bucket, string key, Stream content, CancellationToken cancellation)
    {
        var staged = new StagedUpload(client, bucket, key);
        try
        {
            await staged.FillAsync(content, cancellation);
            return staged;
        }
        catch
        {
            await staged.DisposeAsync();
            throw;
        }
    }

    public async Task CommitAsync(CancellationToken cancellation)
    {
        if (committed)
            return;
        if (uploadId is null)
        {
            part.Position = 0;
            await client.PutObjectAsync(
                new PutObjectRequest { BucketName = bucket, Key = key, InputStream = part, AutoCloseStream = false }, cancellation);
            committed = true;
            return;
        }
        await client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = uploadId, PartETags = parts }, cancellation);
        uploadId = null;
        committed = true;
    }

    public async ValueTask DisposeAsync()
    {
        await part.DisposeAsync();
        if (uploadId is not null)
            await client.AbortMultipartUploadAsync(bucket, key, uploadId, CancellationToken.None);
    }

    private async Task FillAsync(Stream content, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
        {
            await part.WriteAsync(buffer.AsMemory(0, read), cancellation);
            if (part.Length >= PartBytes)
                await UploadPartAsync(cancellation);
        }
        if (uploadId is not null && part.Length > 0)
            await UploadPartAsync(cancellation);
    }

    private async Task UploadPartAsync(CancellationToken cancellation)
    {
        uploadId ??= (await client.InitiateMultipartUploadAsync(bucket, key, cancellation)).UploadId;
        part.Position = 0;
        var uploaded = await client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = bucket,
            Key = key,
            UploadId = uploadId,
            PartNumber = parts.Count + 1,
            PartSize = part.Length,
            InputStream = part,
        }, cancellation);
        parts.Add(new PartETag(parts.Count + 1, uploaded.ETag));
        part.SetLength(0);
    }
}
