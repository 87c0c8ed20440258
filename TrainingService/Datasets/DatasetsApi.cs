using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Database;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Posting;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Datasets.Statistics;
using TrainingService.Policies.Quality;
using TrainingService.Registry;

namespace TrainingService.Datasets;

/// <summary>Data sets: what models are trained on. Where a route has <c>{dataset}</c>, it is an id or the name of one of the caller's own.</summary>
internal static class DatasetsApi
{
    public static void MapDatasets(this IEndpointRouteBuilder app)
    {
        var datasets = app.MapGroup("/v1/datasets").RequireScope(Scopes.Train).WithTags("Data sets")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        datasets.MapPost("/", CreateAsync).WithName("CreateDataset")
            .WithSummary("Make a data set; without a schema, its first labels say what the columns are.")
            .WithIdempotency<TrainingDb>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict);
        datasets.MapGet("/", ListAsync).WithName("ListDatasets").WithSummary("Your data sets, and for analysts everybody's; newest first, page by cursor.")
            .ProducesProblem(StatusCodes.Status400BadRequest);

        var one = datasets.MapGroup("/{dataset}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("/", GetAsync).WithName("GetDataset").WithSummary("A data set with its schema, counts and last changes.");
        one.MapDelete("/", DeleteAsync).WithName("DeleteDataset").WithSummary("Delete a data set with its labels, images and snapshots. Its owner or an admin may.");
        one.MapPosting();
        one.MapLabels();
        one.MapStatistics();
        one.MapSnapshots();
    }

    private static async Task<Created<DatasetView>> CreateAsync(
        CreateDataset request, ClaimsPrincipal user, TrainingDb db, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var (name, kind) = request.Check();
        var (caller, now) = (user.CallerId(), time.GetUtcNow());
        if (await db.Datasets.CountAsync(d => d.Owner == caller, cancellation) >= options.Value.MaxPerOwner)
            throw ProblemException.Conflict("too-many-datasets", $"You have {options.Value.MaxPerOwner} data sets; Datasets:MaxPerOwner allows no more.");
        var given = request.Schema?.Read(kind == DatasetKind.Image, options.Value.MaxCategories);
        var dataset = new Dataset
        {
            Id = Guid.CreateVersion7(now),
            Owner = caller,
            Name = name,
            Kind = kind,
            Schema = given?.Schema ?? (kind == DatasetKind.Image ? DatasetSchema.OfImages : null),
            CreatedAt = now,
        };
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null;
        db.Add(dataset);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            throw ProblemException.Conflict("name-taken", $"You have a data set '{name}' already.");
        }
        if (given is not null)
            await db.SaveValuesAsync(dataset, given.Value.Values, cancellation);
        if (own is not null)
            await own.CommitAsync(cancellation);
        return TypedResults.Created($"/v1/datasets/{dataset.Id}", DatasetView.From(dataset, given?.Values));
    }

    private static async Task<Ok<DatasetPage>> ListAsync([AsParameters] DatasetQuery query, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation) =>
        TypedResults.Ok(query.ToPage(await query.Page(db.Datasets.AsNoTracking().VisibleTo(user)).ToListAsync(cancellation)));

    private static async Task<Ok<DatasetDetails>> GetAsync(string dataset, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        var values = await db.LoadValuesAsync(found, int.MaxValue, cancellation);
        var changes = await db.DatasetRevisions.AsNoTracking().Where(r => r.Dataset == found.Number)
            .OrderByDescending(r => r.Revision).Take(DatasetDetails.MaxChanges).ToListAsync(cancellation);
        return TypedResults.Ok(new DatasetDetails(DatasetView.From(found, values), changes.ConvertAll(ChangeView.From)));
    }

    private static async Task<NoContent> DeleteAsync(
        string dataset, ClaimsPrincipal user, TrainingDb db, Promotion promotion, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var change = await DatasetChange.BeginAsync(db, dataset, user, RevisionSource.Removal, options.Value.MaxWait, now, cancellation);
        if (change.Dataset.Owner != user.CallerId() && !user.IsInRole("admin"))
            throw new ProblemException(StatusCodes.Status403Forbidden, "not-owner", "A data set is deleted by its owner or by an admin.");
        db.Database.SetCommandTimeout(options.Value.StatementTimeout);
        await db.KeepTrainedRowsAsync(change.Dataset.Number, erased: null, cancellation);
        await change.DeleteRowsAsync(options.Value.StatementTimeout, cancellation);
        // Before the history's lock: whoever registers a version has the data set's first, too.
        await db.Database.ExecuteSqlAsync($"SELECT FROM datasets WHERE number = {change.Dataset.Number} FOR UPDATE", cancellation);
        await db.EndQualityWatchAsync(promotion, change.Dataset.Number, "The data set whose policy suspended it was deleted.", user.CallerId(), cancellation);
        await change.CommitDeletedAsync(cancellation);
        return TypedResults.NoContent();
    }
}
