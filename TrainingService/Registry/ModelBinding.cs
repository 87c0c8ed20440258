using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>Which data set guards a model: the first that trains it.</summary>
internal static class ModelBinding
{
    /// <summary>Puts the model under the data set, unless it is already.</summary>
    /// <param name="owner">The only one it is to serve; null: everybody.</param>
    /// <param name="mayBind">Whether a model that no data set guards may be put under one.</param>
    /// <exception cref="ProblemException">409 <c>model-taken</c>: it is under another, it serves somebody else, or nobody may put it under one.</exception>
    public static void Bind(Model model, int dataset, string? owner, bool mayBind)
    {
        if (model.RetiredAt is not null)
            throw Taken(model.Name, "it belonged to somebody who was erased");
        if (model.Dataset is null && !mayBind && (owner is null || model.Owner != owner))
            throw Taken(model.Name, "it was trained elsewhere, and only an admin may put it under a data set");
        if (model.Dataset is not null && model.Dataset != dataset)
            throw Taken(model.Name, "another data set trains it");
        if (model.Owner != owner)
            throw Taken(model.Name, model.Owner is null ? "it serves everybody" : "it serves its owner alone");
        model.Dataset = dataset;
    }

    private static ProblemException Taken(string model, string why) =>
        new(StatusCodes.Status409Conflict, "model-taken", $"The name '{model}' is taken: {why}. Choose another model.") { Field = "model" };
}
