using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace StorageService.Backends;

/// <summary>Objects in a bucket of any S3 server, under the key <c>{owner}/{sha256}</c>. The bucket is made when missing.</summary>
internal sealed class S3ObjectStore(S3Options options, TimeProvider time) : IObjectStore, IDisposable
{
    private const string ProbeKey = "ready";

    // Readiness is asked for every few seconds and each probe is a request that may cost money.
    private static readonly TimeSpan ProbeGoodFor = TimeSpan.FromSeconds(10);

    private readonly AmazonS3Client client = new(
        new BasicAWSCredentials(options.AccessKey, options.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = options.ServiceUrl,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            MaxErrorRetry = 2,
            // Newer checksums are not understood by every S3 server; the content's SHA-256 is checked anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    private readonly SemaphoreSlim largeUploads = new(options.LargeUploads);

    private volatile bool bucketExists;
    private DateTimeOffset probedAt = DateTimeOffset.MinValue;

    // A put takes the server some milliseconds, in which others can begin.
    public int CommitLanes => 8;

    public async Task<IStagedObject> StageAsync(BlobName name, Stream content, CancellationToken cancellation)
    {
        await EnsureBucketAsync(cancellation);
        var staged = new StagedUpload(client, options, name.ToString(), largeUploads);
        try
        {
            await staged.ReadAsync(content, cancellation);
            return staged;
        }
        catch
        {
            await staged.DisposeAsync();
            throw;
        }
    }

    public Task CommitAsync(IReadOnlyList<IStagedObject> staged, CancellationToken cancellation) =>
        Task.WhenAll(staged.Cast<StagedUpload>().Select(upload => upload.CommitAsync(cancellation)));

    public async Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellation) =>
        await FindAsync(name, cancellation) is { } found
            ? new S3ReadStream(client, options.Bucket, name.ToString(), found.ContentLength)
            : null;

    public bool MayExist(BlobName name) => true;

    public async Task<bool> ExistsAsync(BlobName name, CancellationToken cancellation) => await FindAsync(name, cancellation) is not null;

    public Task DeleteAsync(BlobName name, CancellationToken cancellation) =>
        client.DeleteObjectAsync(options.Bucket, name.ToString(), cancellation);

    public async Task CheckWritableAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() - probedAt < ProbeGoodFor)
            return;
        await EnsureBucketAsync(cancellation);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = options.Bucket, Key = ProbeKey, ContentBody = "" }, cancellation);
        probedAt = time.GetUtcNow();
    }

    public async IAsyncEnumerable<StoredBlob> ListAsync(string? owner, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await EnsureBucketAsync(cancellation);
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = owner is null ? null : owner + "/" };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request, cancellation);
            foreach (var found in page.S3Objects ?? [])
            {
                if (found.Key.Split('/') is [var ofOwner, var name] && BlobName.Parse(ofOwner, name) is { } blob)
                    yield return new StoredBlob(blob, found.LastModified?.ToUniversalTime() ?? time.GetUtcNow());
            }
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task<int> RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await EnsureBucketAsync(cancellation);
        var removed = 0;
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket };
        ListMultipartUploadsResponse page;
        do
        {
            page = await client.ListMultipartUploadsAsync(request, cancellation);
            foreach (var upload in (page.MultipartUploads ?? []).Where(upload => upload.Initiated?.ToUniversalTime() < before))
            {
                await client.AbortMultipartUploadAsync(options.Bucket, upload.Key, upload.UploadId, cancellation);
                removed++;
            }
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return removed;
    }

    public void ForgetOwner(string owner)
    {
        // A bucket has no folders.
    }

    public void Dispose()
    {
        client.Dispose();
        largeUploads.Dispose();
    }

    private async Task<GetObjectMetadataResponse?> FindAsync(BlobName name, CancellationToken cancellation)
    {
        try
        {
            return await client.GetObjectMetadataAsync(options.Bucket, name.ToString(), cancellation);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task EnsureBucketAsync(CancellationToken cancellation)
    {
        if (bucketExists)
            return;
        try
        {
            await client.PutBucketAsync(options.Bucket, cancellation);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
        {
            // Made by somebody else; writing will show whether it is ours to use.
        }
        bucketExists = true;
    }
}
