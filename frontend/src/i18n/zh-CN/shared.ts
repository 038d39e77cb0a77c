import type { Severity, Subject, Target } from '../../lib/prediction';
import type { Catalogue } from '../en';
import { format } from './format';

const severities: Record<Severity, string> = {
  mild: '轻度',
  moderate: '中度',
  severe: '重度',
};

export const lower = (subject: Subject) =>
  subject === 'burden' ? 'Brixia 总分' : severities[subject];

export const either = (grades: readonly Severity[]) => format.either(grades.map(lower));

export const shared: Catalogue['shared'] = {
  name: 'CXR Severity',
  severities,
  targets: { burden: 'Brixia 总分', predicted: '预测等级', ...severities } as Record<
    Target,
    string
  >,
  retry: '重试',
  cancel: '取消',
  close: '关闭',
  loading: '正在加载',
  notFollowUp: '未经随访患者或决定先后次序的检验：它只为单张胸片分级。',
  notDiagnosis: '研究软件，不构成诊断，也不是医疗器械。',
};
