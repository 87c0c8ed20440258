using InferenceService.Batching;
using InferenceService.Execution;
using InferenceService.OpenInference;
using InferenceService.OpenInference.Requests;
using InferenceService.Predictions;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.OpenInference;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BatchSplitTests
{
    private const int Budget = 1 << 20;

    private static readonly TensorContract Model = Requests.Model(TensorElementType.Float, -1);
    private static readonly PredictionRequest Request = new("m", null, "ann");

    private readonly UploadBudget budget = new(Options.Create(new PredictionOptions { MaxUploadBytesInFlight = Budget }));

    [Test]
    public void Each_item_has_its_row()
    {
        using var memory = new RequestMemory(budget);
        var items = Split(Tensor(Model.Inputs[0], [2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]), 2, memory);
        Assert.That(items.Select(item => item.Input[..8].ToArray()), Is.EqualTo(new byte[][] { [1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12, 13, 14, 15, 16] }));
        Dispose(items);
    }

    [TestCase("x", TensorElementType.Int64, 2, 16, TestName = "A_tensor_of_another_type_than_the_models_is_not_split")]
    [TestCase("x", TensorElementType.Int32, 2, 8, TestName = "A_tensor_of_another_type_of_the_same_size_is_not_split")]
    [TestCase("z", TensorElementType.Float, 2, 8, TestName = "A_tensor_of_another_input_is_not_split")]
    [TestCase("x", TensorElementType.Float, 3, 8, TestName = "A_tensor_of_another_length_than_its_shape_is_not_split")]
    public void What_a_tensor_says_of_itself_is_held_against_the_model(string name, TensorElementType type, int side, int bytes)
    {
        using var memory = new RequestMemory(budget);
        var tensor = Tensor(new TensorSpec(name, type, [-1]), [1, side], new byte[bytes]);
        Assert.That(() => Split(tensor, 1, memory), Throws.ArgumentException);
    }

    [TestCase(1, true, TestName = "A_buffer_handed_over_counts_until_the_request_ends")]
    [TestCase(4, false, TestName = "Rows_count_until_the_request_ends")]
    public void What_waits_counts(int batch, bool handedOver)
    {
        var memory = new RequestMemory(budget);
        var data = handedOver ? memory.Rent(Budget / 2) : new byte[Budget / 2];
        var items = Split(Tensor(Model.Inputs[0], [batch, Budget / 8 / batch], data, handedOver ? data : null), batch, memory);
        memory.ReturnHeld();

        Assert.That(() => budget.Take(Budget / 2 + 1), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(503), "while they wait");
        memory.Dispose();
        Assert.That(() => budget.Take(Budget), Throws.Nothing, "afterwards");
        Dispose(items);
    }

    [Test]
    public void Rows_that_do_not_fit_are_503_and_leave_nothing_behind()
    {
        using (var memory = new RequestMemory(budget))
        {
            var tensor = Tensor(Model.Inputs[0], [4, Budget / 8], new byte[2 * Budget]);
            Assert.That(() => Split(tensor, 4, memory), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(503));
        }
        Assert.That(() => budget.Take(Budget), Throws.Nothing);
    }

    private static WorkItem[] Split(InputTensor tensor, int batch, RequestMemory memory) =>
        BatchSplit.Split(new InferRequest(null, [tensor], [], batch), Model, memory, Request, CancellationToken.None);

    private static InputTensor Tensor(TensorSpec spec, int[] shape, byte[] data, byte[]? rented = null) => new(spec, shape, data, rented);

    private static void Dispose(WorkItem[] items) => Array.ForEach(items, item => item.Dispose());
}
