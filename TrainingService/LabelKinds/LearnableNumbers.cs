using System.Globalization;
using Learning.Data;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.Runs.Training;

namespace TrainingService.LabelKinds;

/// <summary>Whether there are rows enough, and their labels differ.</summary>
internal static class LearnableNumbers
{
    private const int FewestRows = 50;

    /// <exception cref="ProblemException">409: no labels. 422: too few rows, labels that are all the same, or some that are too large.</exception>
    public static async Task<LabelCoding> RequireAsync(Learnable wanted, CancellationToken cancellation)
    {
        var snapshot = wanted.Snapshot;
        var range = await wanted.Db.Database.SqlQuery<Range>($"""
            SELECT count(*) AS "Rows", coalesce(min(label::float8), 0) AS "Least", coalesce(max(label::float8), 0) AS "Greatest" FROM labels
            WHERE dataset = {snapshot.Dataset} AND label IS NOT NULL AND added <= {snapshot.Revision} AND (removed IS NULL OR removed > {snapshot.Revision})
            """).SingleAsync(cancellation);
        if (range.Rows == 0)
            throw ProblemException.Conflict("no-labels", "The snapshot has no labels any more.");
        if (range.Rows < FewestRows)
            throw ProblemException.Unusable("rows", $"There are {range.Rows} rows; {FewestRows} are the least for labels that are numbers.");
        if ((float)range.Least == (float)range.Greatest)
            throw ProblemException.Unusable("label", string.Create(CultureInfo.InvariantCulture, $"All {range.Rows} rows have the label {range.Least:R}; there is nothing to predict."));
        if (Math.Max(-range.Least, range.Greatest) > TableSchema.LargestNumber)
        {
            throw ProblemException.Unusable("label", string.Create(CultureInfo.InvariantCulture,
                $"The labels are {range.Least:R} to {range.Greatest:R}; {-TableSchema.LargestNumber:R} to {TableSchema.LargestNumber:R} can be learned. Give them in a larger unit."));
        }
        var judging = (await wanted.References.ForecastAsync(LabelKind.Numbers.Reference, snapshot.Dataset, snapshot.Revision, cancellation)).Values.Sum();
        var left = range.Rows - judging;
        var training = left - (long)Math.Round(Trainer.ValidationShare * left) - (long)Math.Round(Trainer.TestShare * left);
        if (training < DataChecks.FewestRows)
            throw ProblemException.Unusable("rows", $"There are {range.Rows} rows, and {range.Rows - training} of them are set aside to judge by; {DataChecks.FewestRows} to train on are the least.");
        return new NumberCoding();
    }

    private sealed record Range(long Rows, double Least, double Greatest);
}
