using Learning;
using Learning.Data;
using Learning.Exports;
using Learning.Heads;
using Onnx.Writing;

namespace TrainingService.Runs.Training;

/// <summary>The trained model as the file that is served, checked in ONNX Runtime.</summary>
internal static class ModelExport
{
    /// <summary>Of a head upon a backbone the head is held against the learner on the rows, and the whole file on images.</summary>
    public static ExportCheck Write(ITrainedModel model, TrainerOrder order, RunFolder folder, Table table, int[] rows, int passes, out string input, out string output)
    {
        byte[] exported;
        using (var memory = new MemoryStream())
        {
            model.Export(memory);
            exported = memory.ToArray();
        }
        var check = ExportCheck.Run(model, exported, table, rows, order.Threads, passes);
        if (order.BackboneTensor is not { } tensor)
            File.WriteAllBytes(folder.Model, exported);
        else
            check = check with { Bytes = WriteWithBackbone((ImageHeadModel)model, tensor, folder) };

        using var whole = new ExportedModel(folder.Model, order.Threads);
        (input, output) = (whole.Input, whole.Output);
        return order.ImageShape is { } shape
            ? check with { Whole = WholeCheck.Run(model, whole, table, ImageSamples.Read(folder.Images, shape.Aggregate(1, (length, side) => length * side)), shape) }
            : check;
    }

    private static long WriteWithBackbone(ImageHeadModel head, string tensor, RunFolder folder)
    {
        using var backbone = File.OpenRead(folder.Backbone);
        using var file = File.Create(folder.Model);
        head.ExportWith(ModelOutline.Read(backbone), new ClassifierCut(tensor, head.Schema.Columns.Count), file);
        return file.Length;
    }
}
