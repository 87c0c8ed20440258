using Learning.Data;
using Learning.Evaluation;
using TrainingService.Evaluations;

namespace TrainingService.LabelKinds;

/// <summary>Labels and what a model answered, row by row.</summary>
internal abstract record Answers
{
    /// <param name="rows">Of the table.</param>
    /// <param name="answers">As a trained model gives them for these.</param>
    public static Answers Of(Table table, int[] rows, float[] answers) => table.Schema.IsNumeric
        ? new NumberAnswers(table.TargetsOf(rows), answers)
        : new ClassAnswers(table.Schema.Classes, table.LabelsOf(rows), answers);

    public abstract IEvaluationReport Evaluate();

    /// <summary>As <see cref="Evaluation.Answers"/> has them.</summary>
    public abstract byte[] ToBytes();
}

/// <param name="Labels">Indices of <paramref name="Classes"/>.</param>
/// <param name="Probabilities">[rows, classes]</param>
internal sealed record ClassAnswers(IReadOnlyList<string> Classes, int[] Labels, float[] Probabilities) : Answers
{
    public override IEvaluationReport Evaluate() => Evaluator.Evaluate(Classes, Labels, Probabilities);

    public override byte[] ToBytes() => ClassLabels.ToBytes(Evaluator.Predicted(Probabilities, Classes.Count));
}

internal sealed record NumberAnswers(float[] Labels, float[] Predicted) : Answers
{
    public override IEvaluationReport Evaluate() => RegressionEvaluator.Evaluate(Labels, Predicted);

    public override byte[] ToBytes() => NumberLabels.ToBytes(Predicted);
}
