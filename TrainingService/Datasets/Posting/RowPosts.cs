using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <param name="Rows">That were sent.</param>
/// <param name="Inserted">That were not there.</param>
internal readonly record struct PostedRows(long Rows, long Inserted);

/// <summary>Rows of a table to labels, all or none. One row in memory at a time.</summary>
internal sealed class RowPosts(TrainingDb db, IOptions<DatasetOptions> options)
{
    private const int MaxGivenId = 200;

    /// <param name="labelled">False for items that wait to be labelled: they have no label, and those that are known stay away.</param>
    /// <param name="trusted">What a row is that says nothing about it.</param>
    /// <exception cref="ProblemException">422 with the rows that are wrong, or whatever else there is to say against the input.</exception>
    public async Task<PostedRows> PostAsync(DatasetChange change, PostKind kind, Stream input, bool labelled, bool trusted, CancellationToken cancellation)
    {
        var dataset = change.Dataset;
        dataset.Schema ??= await SchemaInference.InferAsync(RawRows.Open(kind, input, options.Value), labelled, cancellation);
        var values = await db.LoadValuesAsync(dataset, options.Value.MaxCategories, cancellation);
        if (labelled && dataset is { Labelled: 0, Schema.Label.Inferred: true } && values.Classes.All.Count == 0) // there are columns, and nothing was told from labels yet
            dataset.Schema = dataset.Schema with { Label = (await SchemaInference.InferAsync(RawRows.Open(kind, input, options.Value), labelled, cancellation)).Label };
        var labels = new LabelEncoder(dataset.Schema.Label, values.Classes);
        var staging = new LabelStaging(change.Connection, dataset, options.Value.StatementTimeout);
        await staging.CreateAsync(cancellation);

        var reading = new Reading(dataset.Schema, values, labels, labelled, trusted, new RowIds(change.Revision.CreatedAt));
        var rows = RawRows.Open(kind, input, options.Value);
        var names = await rows.ReadColumnsAsync(cancellation);
        if (kind == PostKind.Csv)
            ColumnNames.CheckHeader(names, reading.Shape.Columns, labelled);
        await using (var import = await staging.BeginAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation))
            {
                if (++reading.Rows > options.Value.MaxRows)
                    throw ProblemException.TooLarge("body", $"At most {options.Value.MaxRows} rows fit in one post (Datasets:MaxRows).");
                if (reading.Read(rows) is { } row && !reading.Bad.Any)
                    await LabelStaging.WriteAsync(import, row, cancellation);
            }
            if (reading.Bad.Any)
                throw reading.Bad.ToProblem(reading.Rows);
            await import.CompleteAsync(cancellation);
        }
        if (reading.Rows == 0)
            throw ProblemException.Invalid("body", "There are no rows.");

        if (!labelled)
            await staging.RemoveKnownAsync(cancellation);
        else if (reading.AnyGivenId)
            await staging.FindTakenIdsAsync(reading.Bad, cancellation);
        if (reading.Bad.Any)
            throw reading.Bad.ToProblem(reading.Rows);
        var inserted = await staging.InsertAsync(change.Revision.Revision, cancellation);
        if (dataset.Labelled + dataset.Unlabelled + inserted > options.Value.MaxLabels)
            throw ProblemException.Conflict("dataset-full", $"A data set has at most {options.Value.MaxLabels} rows (Datasets:MaxLabels).");
        if (labelled)
            dataset.Schema = dataset.Schema with { Label = labels.Spec };
        await db.SaveValuesAsync(dataset, values, cancellation);
        return new PostedRows(reading.Rows, inserted);
    }

    /// <summary>What is the same for all rows of a post, and what they add up to.</summary>
    private sealed class Reading(DatasetSchema schema, ValueLists values, LabelEncoder labels, bool labelled, bool trusted, RowIds ids)
    {
        private readonly RawRow row = new(schema.Columns.Count);
        private readonly RowEncoder encoder = new(schema.Columns, values);

        public RowShape Shape { get; } = new([.. schema.Columns.Select(column => column.Name)]);

        public BadRows Bad { get; } = new();

        public int Rows { get; set; }

        public bool AnyGivenId { get; private set; }

        /// <summary>Null: the row is bad.</summary>
        public StagedLabel? Read(IRawRows rows)
        {
            if (!rows.Read(Shape, row, Bad))
                return null;
            var good = encoder.Encode(row, Bad);
            var label = Label(ref good);
            var givenId = GivenId(ref good);
            var isTrusted = Trusted(ref good);
            return good ? new StagedLabel(row.Number, row.Line, ids.Next(row.Number), encoder.Content, label, isTrusted, givenId, encoder.Features, null) : null;
        }

        private string? Label(ref bool good)
        {
            if (!labelled)
                return null;
            var label = labels.Encode(row.Label, out var problem);
            return Check("label", problem, ref good) ? label : null;
        }

        private string? GivenId(ref bool good)
        {
            if (row.Id.Kind is RawKind.Absent or RawKind.Missing)
                return null;
            AnyGivenId = true;
            var id = row.Id.Kind == RawKind.Number ? row.Id.Number.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : row.Id.Text;
            var sane = id is { Length: > 0 and <= MaxGivenId } && !id.Any(char.IsControl);
            return Check("id", sane ? null : $"An id is a number or a string of 1 to {MaxGivenId} characters.", ref good) ? id : null;
        }

        private bool Trusted(ref bool good)
        {
            if (row.Trusted.Kind is RawKind.Absent or RawKind.Missing)
                return trusted;
            var truth = SchemaInference.Truth(row.Trusted);
            Check("trusted", truth is null ? "This must be true or false." : null, ref good);
            return truth ?? false;
        }

        private bool Check(string column, string? problem, ref bool good)
        {
            if (problem is not null)
                Bad.Add(row, column, problem);
            return good &= problem is null;
        }
    }
}
