using Learning.Data;

namespace Learning.Evaluation;

public static class ModelEvaluation
{
    /// <summary>How good the model is on some rows: an <see cref="EvaluationReport"/>, or a <see cref="RegressionReport"/> where the label is a number.</summary>
    public static IEvaluationReport Evaluate(this ITrainedModel model, Table table, int[] rows) => table.Schema.IsNumeric
        ? RegressionEvaluator.Evaluate(table.TargetsOf(rows), model.Predict(table, rows))
        : Evaluator.Evaluate(table.Schema.Classes, table.LabelsOf(rows), model.Predict(table, rows));
}
