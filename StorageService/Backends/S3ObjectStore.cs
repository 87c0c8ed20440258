using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using StorageService.Objects;

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

    private volatile bool bucketExists;
    private DateTimeOffset probedAt = DateTimeOffset.MinValue;

    public async Task<IStagedObject> StageAsync(ObjectKey key, Stream content, CancellationToken cancellation)
    {
        await EnsureBucketAsync(cancellation);
        return await StagedUpload.ReadAsync(client, options.Bucket, key.ToString(), content, cancellation);
    }

    public async Task<Stream?> OpenAsync(ObjectKey key, CancellationToken cancellation) =>
        await FindAsync(key, cancellation) is { } found
            ? new S3ReadStream(client, options.Bucket, key.ToString(), found.ContentLength)
            : null;

    public bool MayExist(ObjectKey key) => true;

    public async Task<bool> ExistsAsync(ObjectKey key, CancellationToken cancellation) => await FindAsync(key, cancellation) is not null;

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) =>
        client.DeleteObjectAsync(options.Bucket, key.ToString(), cancellation);

    /// <summary>A bucket has no folders.</summary>
    public void ForgetOwner(string owner)
    {
    }

    public async Task CheckWritableAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() - probedAt < ProbeGoodFor)
            return;
        await EnsureBucketAsync(cancellation);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = options.Bucket, Key = ProbeKey, ContentBody = "" }, cancellation);
        probedAt = time.GetUtcNow();
    }

    public void Dispose() => client.Dispose();

    private async Task<GetObjectMetadataResponse?> FindAsync(ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            return await client.GetObjectMetadataAsync(options.Bucket, key.ToString(), cancellation);
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
