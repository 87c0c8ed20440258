using Learning.Data;
using Learning.Parameters;

namespace Learning.Linear;

/// <summary>Least squares with an L2 penalty (ridge), solved in one step.</summary>
public sealed class LinearRegression : ILearner
{
    public string Name => "linear-regression";

    public bool LearnsClasses => false;

    public bool LearnsNumbers => true;

    public IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        ParameterSpec.Number("l2", 1e-4, 0, 1e6, "Weight of the penalty l2/2 · ‖w‖² beside half the mean squared error; 0: plain least squares."),
    ];

    public long EstimateBytes(TableSchema schema, int rows, ParameterSet parameters) => throw new NotImplementedException();

    public ITrainedModel Train(TrainingSet data, ParameterSet parameters, TrainingRun run) => throw new NotImplementedException();
}
