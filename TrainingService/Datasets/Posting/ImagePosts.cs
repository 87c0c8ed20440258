using Microsoft.Extensions.Options;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <summary>Images that StorageService has, to labels, all or none.</summary>
internal sealed class ImagePosts(TrainingDb db, IOptions<DatasetOptions> options)
{
    /// <exception cref="ServiceDefaults.Problems.ProblemException">422 with the images whose label is wrong.</exception>
    public async Task<PostedRows> PostAsync(DatasetChange change, IReadOnlyList<FoundImage> images, bool labelled, bool trusted, CancellationToken cancellation)
    {
        var dataset = change.Dataset;
        var values = await db.LoadValuesAsync(dataset, options.Value.MaxCategories, cancellation);
        var labels = new LabelEncoder(dataset.Schema!.Label, values.Classes);
        var (staging, ids, bad) = (new LabelStaging(change.Connection, dataset, options.Value.StatementTimeout), new RowIds(change.Revision.CreatedAt), new BadRows());
        await staging.CreateAsync(cancellation);
        await using (var import = await staging.BeginAsync(cancellation))
        {
            foreach (var image in images)
            {
                string? problem = null;
                var label = labelled ? labels.Encode(new RawValue(RawKind.Text, Typed: false, Text: image.Label), out problem) : null;
                if (problem is not null)
                    bad.Add(image.Row, null, "label", problem);
                else if (!bad.Any)
                    await LabelStaging.WriteAsync(import, new StagedLabel(image.Row, null, ids.Next(image.Row), ContentOf(image.Sha256), label, trusted, image.GivenId, null, image.Sha256), cancellation);
            }
            if (bad.Any)
                throw bad.ToProblem(images.Count);
            await import.CompleteAsync(cancellation);
        }
        if (!labelled)
            await staging.RemoveKnownAsync(cancellation);
        var inserted = await staging.InsertAsync(change.Revision.Revision, cancellation);
        if (labelled)
            dataset.Schema = dataset.Schema with { Label = labels.Spec };
        await db.SaveValuesAsync(dataset, values, cancellation);
        return new PostedRows(images.Count, inserted);
    }

    private static Guid ContentOf(byte[] sha256) => new(sha256.AsSpan(0, 16), bigEndian: true);
}
