using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Posting;
using TrainingService.LabelKinds;

namespace TrainingService.FeedbackLabels;

/// <summary>
/// One feedback to a row of the data set: added with what was predicted on, given another label, or removed. What is in the data set already is
/// found by its given id, so doing it twice does it once. Every change is the caller's, whose erasure takes it. What somebody else has decided about
/// a row stands: feedback changes none that is trusted, that models are judged by, or that others labelled.
/// </summary>
internal sealed class LabelTaking(
    TrainingDb db, PredictionInputs inputs, RowPosts rows, ImagePosts images, ImageIntake intake, ImageStore store, Relabelling relabelling, IOptions<DatasetOptions> options, TimeProvider time)
{
    /// <exception cref="ProblemException">It can't be used, or 503: not now.</exception>
    /// <exception cref="HttpRequestException">InferenceService does not answer.</exception>
    public async Task<FeedbackOutcome> TakeAsync(FeedbackLabel feedback, CancellationToken cancellation)
    {
        var dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.Number == feedback.Dataset, cancellation);
        var there = await db.Labels.AsNoTracking().SingleOrDefaultAsync(l => l.Dataset == dataset.Number && l.GivenId == feedback.GivenId && l.Removed == null, cancellation);
        if (feedback.Wanted == WantedLabel.Nothing)
            return there is null ? FeedbackOutcome.Removed : await RemoveAsync(dataset, feedback, cancellation);
        var label = feedback.Wanted == WantedLabel.Label && dataset.Schema is { } schema ? await LabelKind.Of(schema).FindAsync(db, dataset, feedback.Label!, cancellation) : null;
        var known = label is not null;
        if (known && there?.Text == label)
            return FeedbackOutcome.Labelled;
        if (there is not null)
            return known ? await RelabelAsync(dataset, feedback, cancellation) : there.Text is null ? FeedbackOutcome.Waiting : await ReviewAgainAsync(dataset, feedback, cancellation);
        return await AddAsync(dataset, feedback, labelled: known, cancellation);
    }

    /// <summary>Of a row that is labelled, feedback that is for somebody to look at changes nothing where they have looked; a label that was taken over unseen goes.</summary>
    private async Task<FeedbackOutcome> ReviewAgainAsync(Dataset dataset, FeedbackLabel feedback, CancellationToken cancellation)
    {
        if (feedback.Wanted == WantedLabel.Item)
            return FeedbackOutcome.Waiting;
        await RemoveAsync(dataset, feedback, cancellation);
        return await AddAsync(dataset, feedback, labelled: false, cancellation);
    }

    private async Task<FeedbackOutcome> AddAsync(Dataset dataset, FeedbackLabel feedback, bool labelled, CancellationToken cancellation)
    {
        var input = await inputs.FindAsync(feedback.Prediction, cancellation);
        if (input is null || input.Caller != feedback.Caller)
            throw ProblemException.NotFound("prediction any more");
        var posted = dataset.Kind == DatasetKind.Image
            ? await AddImageAsync(dataset, feedback, input, labelled, cancellation)
            : await AddRowAsync(dataset, feedback, input, labelled, cancellation);
        return posted.Inserted == 0 ? FeedbackOutcome.Duplicate : labelled ? FeedbackOutcome.Labelled : FeedbackOutcome.Waiting;
    }

    private async Task<PostedRows> AddRowAsync(Dataset dataset, FeedbackLabel feedback, KeptInput input, bool labelled, CancellationToken cancellation)
    {
        if (input.Row is not { ValueKind: JsonValueKind.Object } row)
            throw ProblemException.Unusable("input", input.Kind == "row" ? "The row was too large to be kept." : $"The data set has rows, and the prediction was made on an {input.Kind}.");
        using var line = FeedbackLine.Of(row, feedback, labelled && dataset.Schema!.Label.Numeric, labelled);
        return await ChangeAsync(dataset, feedback, labelled, change => rows.PostAsync(change, PostKind.JsonArray, line, labelled, trusted: false, cancellation), cancellation);
    }

    private async Task<PostedRows> AddImageAsync(Dataset dataset, FeedbackLabel feedback, KeptInput input, bool labelled, CancellationToken cancellation)
    {
        if (input.Kind != "image")
            throw ProblemException.Unusable("input", $"The data set has images, and the prediction was made on a {input.Kind}.");
        var image = await inputs.ImageAsync(feedback.Prediction, cancellation) ?? throw ProblemException.Unusable("input", "The image is not kept any more.");
        if (intake.ProblemOf(image) is { } problem)
            throw ProblemException.Unusable("input", problem);
        var sha256 = SHA256.HashData(image);
        await store.ExpectAsync(dataset.Owner, [sha256], cancellation);
        await store.PutAsync(dataset.Owner, sha256, image, cancellation);
        var found = new FoundImage(1, sha256, labelled ? feedback.Label : null, feedback.GivenId);
        return await ChangeAsync(dataset, feedback, labelled, change => images.PostAsync(change, [found], labelled, trusted: false, cancellation), cancellation);
    }

    private async Task<PostedRows> ChangeAsync(Dataset dataset, FeedbackLabel feedback, bool labelled, Func<DatasetChange, Task<PostedRows>> post, CancellationToken cancellation)
    {
        await using var change = await BeginAsync(dataset, feedback, labelled ? RevisionSource.Labelling : RevisionSource.Predictions, cancellation);
        var posted = await post(change);
        await change.CommitAsync(labels: labelled ? posted.Inserted : 0, lost: 0, unlabelled: labelled ? 0 : posted.Inserted, posted.Rows - posted.Inserted, cancellation);
        return posted;
    }

    private async Task<FeedbackOutcome> RelabelAsync(Dataset dataset, FeedbackLabel feedback, CancellationToken cancellation)
    {
        try
        {
            await using var change = await BeginAsync(dataset, feedback, RevisionSource.Labelling, cancellation);
            await RequireTheirsAsync(dataset, feedback, mayWait: true, cancellation);
            await relabelling.RelabelAsync(change, feedback.GivenId, new PutLabel(FeedbackLine.Label(feedback.Label!, dataset.Schema!.Label.Numeric), Trusted: null), cancellation);
            return FeedbackOutcome.Labelled;
        }
        catch (ProblemException e) when (e.Code == "duplicate-label")
        {
            await RemoveAsync(dataset, feedback, cancellation); // the data set has the same content with that label from elsewhere
            return FeedbackOutcome.Duplicate;
        }
    }

    private async Task<FeedbackOutcome> RemoveAsync(Dataset dataset, FeedbackLabel feedback, CancellationToken cancellation)
    {
        await using var change = await BeginAsync(dataset, feedback, RevisionSource.Removal, cancellation);
        await RequireTheirsAsync(dataset, feedback, mayWait: false, cancellation);
        var (labels, unlabelled) = await change.RemoveAsync("l.given_id = $4", [feedback.GivenId], options.Value.StatementTimeout, cancellation);
        await change.CommitAsync(labels: 0, lost: labels, unlabelled: -unlabelled, duplicates: 0, cancellation);
        return FeedbackOutcome.Removed;
    }

    /// <summary>Under the data set's lock, so that nobody decides in between.</summary>
    /// <param name="mayWait">Whether one that others put there and that has no label yet is anybody's.</param>
    private async Task RequireTheirsAsync(Dataset dataset, FeedbackLabel feedback, bool mayWait, CancellationToken cancellation)
    {
        var decided = await db.Database.SqlQuery<bool>($"""
            SELECT EXISTS (
              SELECT FROM labels l JOIN dataset_revisions r ON r.dataset = l.dataset AND r.revision = l.added
              WHERE l.dataset = {dataset.Number} AND l.given_id = {feedback.GivenId} AND l.removed IS NULL
                AND (l.trusted OR (r.caller <> {feedback.Caller} AND NOT ({mayWait} AND l.label IS NULL))
                  OR EXISTS (SELECT FROM dataset_reference c WHERE c.dataset = l.dataset AND c.label = l.id))) AS "Value"
            """).SingleAsync(cancellation);
        if (decided)
            throw ProblemException.Conflict("decided", "Somebody else decided about the row, or models are judged by it: feedback does not change it any more.");
    }

    /// <exception cref="ProblemException">The caller has said something else since: that counts, and may be in the data set already.</exception>
    private async Task<DatasetChange> BeginAsync(Dataset dataset, FeedbackLabel feedback, RevisionSource source, CancellationToken cancellation)
    {
        db.ChangeTracker.Clear(); // of a change before: the data set is as its lock finds it
        var change = await DatasetChange.BeginAsync(db, dataset.Id, feedback.Caller, source, options.Value.MaxWait, time.GetUtcNow(), cancellation);
        var last = await db.FeedbackLabels.FromSql($"SELECT * FROM feedback_labels WHERE prediction = {feedback.Prediction} AND time = {feedback.Time} FOR UPDATE").AsNoTracking().ToListAsync(cancellation);
        if (last.Count > 0)
            return change;
        await change.DisposeAsync();
        throw ProblemException.Conflict("superseded", "The caller has said something else since.");
    }
}
