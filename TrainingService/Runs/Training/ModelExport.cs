using Learning;
using Learning.Data;
using Learning.Exports;
using Learning.Heads;
using Microsoft.ML.OnnxRuntime;
using Onnx.Writing;

namespace TrainingService.Runs.Training;

/// <summary>The trained model as the file that is served, checked in ONNX Runtime.</summary>
internal static class ModelExport
{
    /// <summary>Of a head upon a backbone the head is held against the learner; the whole file is loaded.</summary>
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

        using var settings = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(folder.Model, settings);
        (input, output) = (session.InputMetadata.Keys.First(), session.OutputMetadata.Keys.First());
        return check;
    }

    private static long WriteWithBackbone(ImageHeadModel head, string tensor, RunFolder folder)
    {
        using var backbone = File.OpenRead(folder.Backbone);
        using var file = File.Create(folder.Model);
        head.ExportWith(ModelOutline.Read(backbone), new ClassifierCut(tensor, head.Schema.Columns.Count), file);
        return file.Length;
    }
}
