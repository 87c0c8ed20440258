using Learning.Data;
using ServiceDefaults.Problems;
using TrainingService.Runs.Training;

namespace TrainingService.LabelKinds;

/// <summary>Whether there are rows enough of each class.</summary>
internal static class LearnableClasses
{
    /// <exception cref="ProblemException">409: no labels. 422: one class only, too many, or one with too few rows; names it.</exception>
    public static async Task<LabelCoding> RequireAsync(Learnable wanted, CancellationToken cancellation)
    {
        var (snapshot, options) = (wanted.Snapshot, wanted.Options);
        var counts = await wanted.Db.CountClassesAsync(snapshot, cancellation);
        if (counts.Count == 0)
            throw ProblemException.Conflict("no-labels", "The snapshot has no labels any more.");
        if (counts.Count == 1)
            throw ProblemException.Unusable("label", $"All {snapshot.Rows} rows have the label '{counts.Keys.Single()}'; there is nothing to tell apart.");
        if (counts.Count > options.MaxClasses)
            throw ProblemException.Unusable("label", $"The data set has {counts.Count} classes; Runs:MaxClasses allows {options.MaxClasses}.");
        if (counts.MinBy(each => each.Value) is { Value: < DataChecks.FewestRowsPerClass } few)
            throw ProblemException.Unusable("label", $"Class '{few.Key}' has {few.Value} rows; {DataChecks.FewestRowsPerClass} per class are the least, beside those it is judged by.");
        var judging = await wanted.References.ForecastAsync(LabelKind.Classes.Reference, snapshot.Dataset, snapshot.Revision, cancellation);
        foreach (var (label, rows) in counts)
        {
            var left = rows - judging.GetValueOrDefault(label);
            var training = left - (long)Math.Round(Trainer.ValidationShare * left) - (long)Math.Round(Trainer.TestShare * left);
            if (training * (1 + wanted.Request.Augment) < DataChecks.FewestRowsPerClass)
                throw ProblemException.Unusable("label", $"Class '{label}' has {rows} rows, and {rows - training} of them are set aside to judge by; {DataChecks.FewestRowsPerClass} to train on are the least.");
        }
        return new ClassCoding(TrainingSchema.ClassesOf(snapshot.Schema, wanted.Values, counts.Keys));
    }
}
