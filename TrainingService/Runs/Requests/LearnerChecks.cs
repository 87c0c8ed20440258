using System.Text.Json;
using Learning;
using Learning.Parameters;
using Learning.Search;
using Learning.Trees;
using ServiceDefaults.Problems;
using TrainingService.Datasets;

namespace TrainingService.Runs.Requests;

/// <summary>Whether a request for a run says something that a learner can do, before there is any data.</summary>
internal static class LearnerChecks
{
    public const int FewestFolds = 3, MostFolds = 20, MostCopies = 20;
    private const string Head = "image-head";

    /// <summary>The parameters of each training that the run begins with: one, or a grid's combinations.</summary>
    /// <exception cref="ProblemException">422: names the field, and lists what is allowed.</exception>
    public static (ILearner Learner, IReadOnlyList<ParameterSet> Parameters) Require(DatasetKind kind, RunRequest request)
    {
        var learner = Find(kind, request.Learner);
        if (request.Folds != 0 && request.Folds is < FewestFolds or > MostFolds)
            throw ProblemException.Unusable("folds", $"'folds' is {FewestFolds} to {MostFolds}, or left out.");
        if (kind == DatasetKind.Tabular && (request.Backbone is not null || request.Augment != 0))
            throw ProblemException.Unusable(request.Backbone is not null ? "backbone" : "augment", "'backbone' and 'augment' are for data sets of images.");
        if (request.Augment is < 0 or > MostCopies)
            throw ProblemException.Unusable("augment", $"'augment' is 0 to {MostCopies} copies of each image.");
        var given = request.Parameters ?? new Dictionary<string, JsonElement>();
        var parameters = Read("parameters", () => ParameterSet.Read(learner.Parameters, given));
        return (learner, request.Grid is not { } grid ? [parameters] : Read("grid", () => new GridSearch(learner, given, grid).Sets));
    }

    private static ILearner Find(DatasetKind kind, string? name)
    {
        var fitting = Learners.All.Where(learner => learner.Name == Head == (kind == DatasetKind.Image)).ToArray();
        var learner = fitting.FirstOrDefault(learner => learner.Name == name)
            ?? throw ProblemException.Unusable("learner", $"'learner' is {string.Join(" or ", fitting.Select(learner => learner.Name))} for a data set of {(kind == DatasetKind.Image ? "images" : "rows")}.");
        if (learner is BoostedTrees && !BoostedTrees.IsInstalled)
            throw ProblemException.Unusable("learner", $"{learner.Name} needs XGBoost's native library, which is not installed here (on Debian or Ubuntu: libxgboost0). logistic-regression works without it.", "not-installed");
        return learner;
    }

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
