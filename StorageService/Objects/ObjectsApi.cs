using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using StorageService.Backends;

namespace StorageService.Objects;

/// <summary>Objects by owner and SHA-256, for the suite's own services; the gateway has no route here.</summary>
internal static partial class ObjectsApi
{
    private const string DefaultContentType = "application/octet-stream";

    public static void AddObjects(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ObjectOptions>().BindConfiguration("Storage").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<ObjectTable>();
        builder.Services.AddSingleton<ObjectAdditions>();
        builder.Services.AddHostedService<ExpirySweeper>();
    }

    public static void MapObjects(this IEndpointRouteBuilder app)
    {
        var objects = app.MapGroup("/objects/{owner}/{sha256}").RequireScope(Scopes.Service.Objects).WithTags("Objects");
        objects.AddEndpointFilter<RouteGroupBuilder, StoreFailures>();
        // The limit is the kind's, which the server does not know.
        objects.MapPut("", PutAsync).WithMetadata(new DisableRequestSizeLimitAttribute());
        objects.MapMethods("", [HttpMethods.Get, HttpMethods.Head], GetAsync);
        objects.MapDelete("", DeleteAsync);
    }

    private static async Task<Results<Created, Ok>> PutAsync(
        ObjectKey key, string? kind, HttpRequest request, IObjectStore store, ObjectTable table, ObjectAdditions additions, IOptions<ObjectOptions> options, CancellationToken cancellation)
    {
        var policy = options.Value.PolicyOf(kind) ?? throw ProblemException.Invalid("kind", $"The kind must be {KindPolicy.Names}.");
        if (request.ContentLength > policy.MaxBytes)
            throw MeasuredStream.TooLarge(policy.MaxBytes);
        await using var content = new MeasuredStream(request.Body, policy.MaxBytes);

        // Mostly there is no such object yet, which a folder says at once; a bucket would have to be asked.
        if (store.MayExist(key) && await table.KeepAsync(key, policy, cancellation) && await store.ExistsAsync(key, cancellation))
        {
            await content.CopyToAsync(Stream.Null, cancellation);
            RefuseOtherContent(content, key);
            return TypedResults.Ok();
        }

        await using var staged = await store.StageAsync(key, content, cancellation);
        RefuseOtherContent(content, key);
        var description = new Description(policy, request.ContentType ?? DefaultContentType, content.BytesRead);
        return await additions.AddAsync(key, description, staged, cancellation) ? TypedResults.Created($"/objects/{key}") : TypedResults.Ok();
    }

    private static async Task<FileStreamHttpResult> GetAsync(
        ObjectKey key, IObjectStore store, StorageDb db, TimeProvider time, ILogger<StorageDb> logger, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var known = await db.Objects.AsNoTracking().SingleOrDefaultAsync(
            o => o.Owner == key.Owner && o.Sha256 == key.Sha256 && (o.ExpiresAt == null || o.ExpiresAt > now), cancellation)
            ?? throw ProblemException.NotFound("object");
        if (await store.OpenAsync(key, cancellation) is not { } content)
        {
            LogMissing(logger, key);
            throw ProblemException.NotFound("object");
        }
        return TypedResults.Stream(
            content, known.ContentType, lastModified: known.CreatedAt, entityTag: new EntityTagHeaderValue($"\"{key.Sha256}\""), enableRangeProcessing: true);
    }

    private static async Task<NoContent> DeleteAsync(ObjectKey key, ObjectTable table, IObjectStore store, CancellationToken cancellation)
    {
        await table.RemoveAsync(key, store, cancellation);
        return TypedResults.NoContent();
    }

    private static void RefuseOtherContent(MeasuredStream content, ObjectKey key)
    {
        if (content.Sha256() is var received && received != key.Sha256)
            throw ProblemException.Unusable("sha256", $"The content received has the SHA-256 {received}.", "hash-mismatch");
    }

    [LoggerMessage(LogLevel.Error, "Object {Key} is on record and its content is gone from the store")]
    private static partial void LogMissing(ILogger logger, ObjectKey key);
}
