using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Snapshots;

/// <summary>What a data set was at a time: what a run trains on, and can be trained on again.</summary>
internal static class SnapshotsApi
{
    public static void MapSnapshots(this RouteGroupBuilder dataset)
    {
        var snapshots = dataset.MapGroup("/snapshots");
        snapshots.MapPost("/", CreateAsync).WithName("CreateSnapshot").WithSummary("Hold the labels as they are now. The same content has the same hash.")
            .WithIdempotency<TrainingDb>()
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        snapshots.MapGet("/", ListAsync).WithName("ListSnapshots").WithSummary("The last hundred snapshots, newest first.");
        snapshots.MapGet("/{id:guid}", GetAsync).WithName("GetSnapshot").WithSummary("A snapshot, and how many of its rows were erased since.");
        snapshots.MapGet("/{id:guid}/rows", ReadRowsAsync).WithName("GetSnapshotRows").WithSummary("Its rows, as NDJSON or, by Accept or ?format=csv, as CSV; they can be posted again as they are.")
            .Produces<string>(StatusCodes.Status200OK, SnapshotRows.Ndjson, SnapshotRows.Csv);
    }

    private static async Task<Results<Created<SnapshotView>, Ok<SnapshotView>>> CreateAsync(
        string dataset, ClaimsPrincipal user, TrainingDb db, SnapshotMaker snapshots, SnapshotRows rows, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        var (snapshot, isNew) = await snapshots.EnsureAsync(found.Id, user.CallerId(), cancellation);
        return isNew
            ? TypedResults.Created($"/v1/datasets/{found.Id}/snapshots/{snapshot.Id}", SnapshotView.From(snapshot, erased: 0))
            : TypedResults.Ok(SnapshotView.From(snapshot, await rows.CountErasedAsync(snapshot, cancellation)));
    }

    private static async Task<Ok<List<SnapshotView>>> ListAsync(string dataset, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        var newest = await db.Snapshots.AsNoTracking().Where(s => s.Dataset == found.Number).OrderByDescending(s => s.Revision).Take(100).ToListAsync(cancellation);
        return TypedResults.Ok(newest.ConvertAll(s => SnapshotView.From(s, erased: null)));
    }

    private static async Task<Ok<SnapshotView>> GetAsync(string dataset, Guid id, ClaimsPrincipal user, TrainingDb db, SnapshotRows rows, CancellationToken cancellation)
    {
        var (_, snapshot) = await FindAsync(dataset, id, user, db, cancellation);
        return TypedResults.Ok(SnapshotView.From(snapshot, await rows.CountErasedAsync(snapshot, cancellation)));
    }

    private static async Task<PushStreamHttpResult> ReadRowsAsync(
        string dataset, Guid id, string? format, HttpContext http, ClaimsPrincipal user, TrainingDb db, SnapshotRows rows, CancellationToken cancellation)
    {
        var (found, snapshot) = await FindAsync(dataset, id, user, db, cancellation);
        var csv = format switch
        {
            null => http.Request.Headers.Accept.ToString().StartsWith(SnapshotRows.Csv, StringComparison.OrdinalIgnoreCase),
            "csv" => true,
            "ndjson" => false,
            _ => throw ProblemException.Invalid("format", "'format' is ndjson or csv."),
        };
        var values = await db.LoadValuesAsync(found, int.MaxValue, cancellation);
        var decoder = new RowDecoder(snapshot.Schema, values);
        http.Response.Headers["X-Erased-Rows"] = (await rows.CountErasedAsync(snapshot, cancellation)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return TypedResults.Stream(
            body => csv ? rows.WriteCsvAsync(snapshot, decoder, found.Kind == DatasetKind.Image, body, http.RequestAborted) : rows.WriteNdjsonAsync(snapshot, decoder, body, http.RequestAborted),
            csv ? SnapshotRows.Csv : SnapshotRows.Ndjson);
    }

    private static async Task<(Dataset Dataset, Snapshot Snapshot)> FindAsync(string dataset, Guid id, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        var snapshot = await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.Dataset == found.Number, cancellation);
        return (found, snapshot ?? throw ProblemException.NotFound("snapshot"));
    }
}
