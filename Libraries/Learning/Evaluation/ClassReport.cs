namespace Learning.Evaluation;

/// <summary>How well one class is told from the rest.</summary>
/// <param name="Support">Rows that are of the class.</param>
/// <param name="Precision">Of the rows that were called so, the share that is; 0 where none was. <see cref="PrecisionInterval"/> says how sure that is.</param>
/// <param name="RocAuc">Against all other classes; absent where the rows are all of it or none is.</param>
public sealed record ClassReport(string Class, int Support, double Precision, double Recall, double F1, double? RocAuc, Interval PrecisionInterval, Interval RecallInterval);
