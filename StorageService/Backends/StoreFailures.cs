using Amazon.Runtime;
using ServiceDefaults.Problems;

namespace StorageService.Backends;

/// <summary>A disk that is full or a bucket that does not answer is no bug of ours: 503, try again later.</summary>
internal sealed partial class StoreFailures(ILogger<StoreFailures> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (IsOfStore(e) && !context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            LogFailed(logger, e);
            throw ProblemException.Unavailable("object-store-unavailable", "The object store can't do this now.", TimeSpan.FromSeconds(5));
        }
    }

    // A request that breaks off is an IOException too.
    private static bool IsOfStore(Exception e) =>
        e is AmazonClientException or AmazonServiceException or HttpRequestException or UnauthorizedAccessException
        || e is IOException and not (BadHttpRequestException or Microsoft.AspNetCore.Connections.ConnectionResetException);

    [LoggerMessage(LogLevel.Error, "The object store failed")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
