using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using StorageService.Backends;
using StorageService.Encryption;
using StorageService.Integrity;

namespace StorageService.Objects;

/// <summary>Objects by owner and SHA-256, for the suite's own services; the gateway has no route here.</summary>
internal static partial class ObjectsApi
{
    private const string DefaultContentType = "application/octet-stream";

    // From here on a body is not taken in before it is known that there is room for it.
    private const long AskedBefore = 1 << 20;

    public static void AddObjects(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ObjectOptions>().BindConfiguration("Storage").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<ObjectTable>();
        builder.Services.AddSingleton<ObjectContents>();
        builder.Services.AddSingleton<OrphanRemoval>();
        builder.Services.AddSingleton<OwnerErasure>();
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

    private static async Task<Results<Created, Ok>> PutAsync(ObjectKey key, string? kind, HttpRequest request, [AsParameters] Putting by, CancellationToken cancellation)
    {
        var policy = by.Options.Value.PolicyOf(kind) ?? throw ProblemException.Invalid("kind", $"The kind must be {KindPolicy.Names}.");
        if (request.ContentLength > policy.MaxBytes)
            throw MeasuredStream.TooLarge(policy.MaxBytes);
        await using var content = new MeasuredStream(request.Body, policy.MaxBytes);

        // Mostly there is no such object yet, which a folder says at once; a bucket would have to be asked.
        var name = new BlobName(key, by.Keys.Encrypts);
        if (by.Store.MayExist(name) && await by.Additions.KeepAsync(name, policy, cancellation) && await by.Store.ExistsAsync(name, cancellation))
        {
            await content.CopyToAsync(Stream.Null, cancellation);
            RefuseOtherContent(content, key);
            return TypedResults.Ok();
        }

        if (request.ContentLength is not < AskedBefore)
            await OwnerUsage.RefuseWhenFullAsync(by.Source, key, request.ContentLength ?? 0, by.Options.Value, cancellation);
        var dataKey = await by.Keys.ForWritingAsync(key.Owner, cancellation);
        await using var encrypted = dataKey is null ? null : new EncryptingStream(content, dataKey, key);
        await using var staged = await by.Store.StageAsync(name, (Stream?)encrypted ?? content, cancellation);
        RefuseOtherContent(content, key);
        var description = new Description(policy, request.ContentType ?? DefaultContentType, content.BytesRead, dataKey);
        return await by.Additions.AddAsync(name, description, staged, cancellation) ? TypedResults.Created($"/objects/{key}") : TypedResults.Ok();
    }

    private static async Task<FileStreamHttpResult> GetAsync(
        ObjectKey key, HttpRequest request, StorageDb db, ObjectTable table, ObjectContents contents, ObjectMetrics metrics, TimeProvider time, ILogger<StorageDb> logger, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var known = await db.Objects.AsNoTracking().SingleOrDefaultAsync(
            o => o.Owner == key.Owner && o.Sha256 == key.Sha256 && (o.ExpiresAt == null || o.ExpiresAt > now), cancellation)
            ?? throw ProblemException.NotFound("object");
        try
        {
            var content = HttpMethods.IsHead(request.Method)
                ? await contents.OpenAsync(known, cancellation)
                : await contents.OpenCheckedAsync(known, fromStart: request.Headers.Range.Count == 0, cancellation);
            if (content is null)
                throw new DamagedContentException(DamagedContentException.Gone);
            if (known.DamagedAt is not null)
            {
                await content.DisposeAsync();
                throw new DamagedContentException("it was found to be so before");
            }
            return TypedResults.Stream(
                content, known.ContentType, lastModified: known.CreatedAt, entityTag: new EntityTagHeaderValue($"\"{key.Sha256}\""), enableRangeProcessing: true);
        }
        catch (DamagedContentException e)
        {
            if (await table.MarkDamagedAsync(known, CancellationToken.None) > 0)
            {
                metrics.Damaged("read");
                LogDamaged(logger, key, e.What);
            }
            throw e.What == DamagedContentException.Gone ? ProblemException.NotFound("object")
                : new ProblemException(StatusCodes.Status500InternalServerError, "object-damaged", "The object's content is damaged. Putting it again mends it.");
        }
    }

    private static async Task<NoContent> DeleteAsync(ObjectKey key, ObjectTable table, CancellationToken cancellation)
    {
        await table.RemoveAsync(key, cancellation);
        return TypedResults.NoContent();
    }

    private static void RefuseOtherContent(MeasuredStream content, ObjectKey key)
    {
        if (content.Sha256() is var received && received != key.Sha256)
            throw ProblemException.Unusable("sha256", $"The content received has the SHA-256 {received}.", "hash-mismatch");
    }

    [LoggerMessage(LogLevel.Error, "Object {Key} is damaged: {What}")]
    private static partial void LogDamaged(ILogger logger, ObjectKey key, string what);

    /// <summary>What a put needs.</summary>
    private sealed record Putting(
        IObjectStore Store, ObjectAdditions Additions, DataKeys Keys, NpgsqlDataSource Source, IOptions<ObjectOptions> Options);
}
