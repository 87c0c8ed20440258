using System.Text.Json;
using Learning;
using Learning.Parameters;
using Learning.Search;
using Learning.Trees;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.LabelKinds;

namespace TrainingService.Runs.Requests;

/// <summary>Whether a request for a run says something that a learner can do, before there is any data.</summary>
internal static class LearnerChecks
{
    public const int FewestFolds = 3, MostFolds = 20, MostCopies = 20;

    /// <summary>The parameters of each training that the run begins with: one, or a grid's combinations.</summary>
    /// <param name="labels">Null: there are none yet, and it may be for either kind.</param>
    /// <exception cref="ProblemException">422: names the field, and lists what is allowed.</exception>
    public static (ILearner Learner, IReadOnlyList<ParameterSet> Parameters) Require(DatasetKind kind, LabelKind? labels, RunRequest request)
    {
        var learner = Find(kind, labels, request.Learner);
        if (request.Folds != 0 && request.Folds is < FewestFolds or > MostFolds)
            throw ProblemException.Unusable("folds", $"'folds' is {FewestFolds} to {MostFolds}, or left out.");
        if (kind == DatasetKind.Tabular && (request.Backbone is not null || request.Augment != 0))
            throw ProblemException.Unusable(request.Backbone is not null ? "backbone" : "augment", "'backbone' and 'augment' are for data sets of images.");
        if (request.Augment is < 0 or > MostCopies)
            throw ProblemException.Unusable("augment", $"'augment' is 0 to {MostCopies} copies of each image.");
        var given = request.Parameters ?? new Dictionary<string, JsonElement>();
        var numbers = labels == LabelKind.Numbers;
        var parameters = Read("parameters", () => ParameterSet.Read(learner.ParametersFor(numbers), given));
        return (learner, request.Grid is not { } grid ? [parameters] : Read("grid", () => new GridSearch(learner, given, grid, numbers).Sets));
    }

    private static ILearner Find(DatasetKind kind, LabelKind? labels, string? name)
    {
        var learner = (labels?.LearnersOf(kind) ?? [.. LabelKind.Classes.LearnersOf(kind), .. kind == DatasetKind.Tabular ? LabelKind.Numbers.LearnersOf(kind) : []]).FirstOrDefault(learner => learner.Name == name)
            ?? throw ProblemException.Unusable("learner", $"'learner' is {Fitting(kind, labels)}.");
        if (learner is BoostedTrees && !BoostedTrees.IsInstalled)
        {
            var other = (labels ?? LabelKind.Classes).LearnersOf(kind).First(learner => learner is not BoostedTrees).Name;
            throw ProblemException.Unusable("learner", $"{learner.Name} needs XGBoost's native library, which is not installed here (on Debian or Ubuntu: libxgboost0). {other} works without it.", "not-installed");
        }
        return learner;
    }

    private static string Fitting(DatasetKind kind, LabelKind? labels)
    {
        var classes = $"{Names(LabelKind.Classes, kind)} for a data set of {(kind == DatasetKind.Image ? "images" : "rows")}";
        var numbers = $"{Names(LabelKind.Numbers, kind)} for one whose labels are numbers";
        return labels == LabelKind.Numbers ? numbers : labels is null && kind == DatasetKind.Tabular ? $"{classes}, or {numbers}" : classes;
    }

    private static string Names(LabelKind labels, DatasetKind kind) => string.Join(" or ", labels.LearnersOf(kind).Select(learner => learner.Name));

    private static T Read<T>(string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (LearningException e)
        {
            throw ProblemException.Unusable(e.Field == field ? field : $"{field}.{e.Field}", e.Message);
        }
    }
}
